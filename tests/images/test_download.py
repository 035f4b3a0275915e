"""Downloads against a local server that truncates, corrupts, answers 404 or hangs."""

import hashlib
import http.server
import threading
import time

import numpy as np
import pytest

from common.images import download, formats


@pytest.fixture
def archive(tmp_path, rng):
    """An .npz of random images, as bytes."""
    images = rng.integers(0, 256, (30, 28, 28), dtype=np.uint8)
    labels = np.arange(30, dtype=np.uint8)
    path = tmp_path / "served.npz"
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    return path.read_bytes()


@pytest.fixture
def server(tmp_path, monkeypatch, archive):
    """A server whose `answer` the test sets; both sources point at it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            httpd.asked.append(self.path)
            httpd.answer(self)

        def log_message(self, *_):
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    httpd.asked = []
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{httpd.server_port}/"
    digest = hashlib.sha256(archive).hexdigest()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "NPZ_URL", url + "npz/")
    monkeypatch.setattr(download, "NPZ_FILES", {"mnist.npz": digest})
    monkeypatch.setattr(download, "IDX_URL", url + "idx/")
    monkeypatch.setattr(download, "IDX_FILES", {"train-images-idx3-ubyte.gz": digest})
    monkeypatch.setattr(download, "RETRIES", 1)
    monkeypatch.setattr(download, "TIMEOUT", 0.5)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # between retries
    yield httpd
    httpd.shutdown()


def send(content, promised=None):
    def answer(request):
        request.send_response(200)
        request.send_header("Content-Length", str(promised or len(content)))
        request.end_headers()
        request.wfile.write(content)

    return answer


def left_over(tmp_path):
    return [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def unreachable(tmp_path, *words):
    with pytest.raises(download.UnreachableError) as caught:
        download.mnist()
    line = str(caught.value)
    assert "\n" not in line
    for word in ("127.0.0.1", *words):
        assert word in line
    assert not left_over(tmp_path)


def test_downloads_once(server, archive):
    server.answer = send(archive)
    first = download.mnist()
    assert first.read_bytes() == archive
    arrays, _ = formats.read(first)
    assert len(arrays[0]) == 30
    assert download.mnist() == first
    assert server.asked == ["/npz/mnist.npz"]


def test_retries(server, archive):
    def first_badly(request):
        send(archive[:100] if len(server.asked) == 1 else archive)(request)

    server.answer = first_badly
    assert download.mnist().read_bytes() == archive
    assert server.asked == ["/npz/mnist.npz"] * 2


def test_second_source(server, archive):
    def only_idx(request):
        if request.path.startswith("/idx/"):
            send(archive)(request)
        else:
            request.send_error(404)

    server.answer = only_idx
    folder = download.mnist()
    assert (folder / "train-images-idx3-ubyte.gz").read_bytes() == archive
    asked = len(server.asked)
    assert download.mnist() == folder
    assert len(server.asked) == asked


def test_keras_cache(server, tmp_path, archive):
    folder = tmp_path / ".keras" / "datasets"
    folder.mkdir(parents=True)
    (folder / "mnist.npz").write_bytes(archive)
    assert download.mnist() == folder / "mnist.npz"
    assert not server.asked


def test_damaged_keras_cache_is_not_used(server, tmp_path, archive):
    folder = tmp_path / ".keras" / "datasets"
    folder.mkdir(parents=True)
    (folder / "mnist.npz").write_bytes(archive[:-1])
    server.answer = send(archive)
    assert download.mnist() != folder / "mnist.npz"


def test_damaged_cache_is_fetched_again(server, archive):
    server.answer = send(archive)
    path = download.mnist()
    path.write_bytes(archive[:-1])
    assert download.mnist().read_bytes() == archive


def test_truncated(server, tmp_path, archive):
    server.answer = send(archive[:-10], promised=len(archive))
    unreachable(tmp_path, "broke off")


def test_corrupted(server, tmp_path, archive):
    server.answer = send(bytes(len(archive)))
    unreachable(tmp_path, "checksum")


def test_not_found(server, tmp_path):
    server.answer = lambda request: request.send_error(404)
    unreachable(tmp_path, "HTTP status 404")


def test_hanging(server, tmp_path):
    release = threading.Event()
    server.answer = lambda request: release.wait(20)
    unreachable(tmp_path, "timed out")
    release.set()


def test_hanging_half_way(server, tmp_path, archive):
    release = threading.Event()

    def answer(request):
        send(archive[:1000], promised=len(archive))(request)
        release.wait(20)

    server.answer = answer
    unreachable(tmp_path, "timed out")
    release.set()


def test_nobody_listens(server, tmp_path):
    server.server_close()
    server.shutdown()
    unreachable(tmp_path, "refused")


def test_unwritable_cache(server, tmp_path, archive):
    server.answer = send(archive)
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(download.UnreachableError, match="cannot write"):
        download.mnist()
