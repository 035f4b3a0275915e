"""Downloads from a local server that truncates, corrupts, refuses or hangs."""

import hashlib
import http.server
import io
import threading
import time

import numpy as np
import pytest

from common import UserError
from common.images import data, download


@pytest.fixture
def archive():
    """An .npz of images, as bytes."""
    images, labels = np.zeros((30, 28, 28), np.uint8), np.arange(30)
    file = io.BytesIO()
    np.savez(file, x_train=images, y_train=labels, x_test=images, y_test=labels)
    return file.getvalue()


@pytest.fixture
def server(tmp_path, monkeypatch, archive):
    """A server whose `answer` the test sets; both sources point at it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            httpd.asked.append(self.path)
            httpd.answer(self)

        def do_CONNECT(self):
            self.send_error(407)

        def log_message(self, *_):
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    httpd.asked = []
    httpd.url = f"http://127.0.0.1:{httpd.server_port}/"
    threading.Thread(target=httpd.serve_forever, args=[0.01], daemon=True).start()
    digest = hashlib.sha256(archive).hexdigest()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("MNIST_PATH", raising=False)
    sources = {
        f"{httpd.url}npz/": {"mnist.npz": digest},
        f"{httpd.url}idx/": {"train-images-idx3-ubyte.gz": digest},
    }
    monkeypatch.setattr(download, "SOURCES", sources)
    monkeypatch.setattr(download, "CONNECT", 0.5)
    monkeypatch.setattr(download, "TIMEOUT", 0.5)
    yield httpd
    httpd.shutdown()
    httpd.server_close()


def send(content, promised=None):
    def answer(request):
        request.send_response(200)
        request.send_header("Content-Length", str(promised or len(content)))
        request.end_headers()
        request.wfile.write(content)

    return answer


def not_found(request):
    request.send_error(404)


def unreachable():
    """What is said if MNIST cannot be had."""
    with pytest.raises(ConnectionError) as caught:
        download.mnist()
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith("MNIST is not on this machine and could not be downloaded (")
    return line


def test_downloads_once(server, archive, capsys):
    server.answer = send(archive)
    dataset = data.load("mnist")
    assert len(dataset.train_images) == 30
    out = f"downloading MNIST (11 MB) from {server.url[7:-1]}\n"
    assert capsys.readouterr() == (out, "")
    assert data.load("mnist").source == dataset.source
    assert capsys.readouterr() == ("", "")
    assert server.asked == ["/npz/mnist.npz"]


def test_second_source(server, archive):
    def only_idx(request):
        (send(archive) if request.path.startswith("/idx/") else not_found)(request)

    server.answer = only_idx
    folder = download.mnist()
    assert (folder / "train-images-idx3-ubyte.gz").read_bytes() == archive
    assert download.mnist() == folder
    assert server.asked == ["/npz/mnist.npz", "/idx/train-images-idx3-ubyte.gz"]


def test_cache_of_keras(server, tmp_path, archive):
    path = tmp_path / ".keras" / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(archive)
    assert download.mnist() == path
    assert not server.asked
    path.write_bytes(b"half of it")
    server.answer = send(archive)
    fetched = download.mnist()
    assert fetched != path
    fetched.write_bytes(archive[:-1])
    assert download.mnist().read_bytes() == archive
    assert path.read_bytes() == b"half of it"


def send_half(request):
    send(b"half of it", promised=1000)(request)
    time.sleep(1)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (send(b"half of it", promised=20), "IncompleteRead(10 bytes read, 10 more"),
        (send(b"something else"), "does not match the known hash"),
        (not_found, "404 Client Error: Not Found"),
        (lambda request: time.sleep(1), "timed out"),
        (send_half, "timed out"),
    ],
    ids=["truncated", "corrupted", "not found", "hanging", "hanging half-way"],
)
def test_nothing_is_kept(server, tmp_path, answer, reason):
    server.answer = answer
    assert unreachable().count(reason) == 2  # for each source
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))


@pytest.mark.parametrize(
    ("proxy", "bundle", "reason"),
    [
        ("http://127.0.0.1:9", "NAME", "Connection refused"),
        ("{}", "NAME", "Tunnel connection failed: 407 Proxy Authentication Required"),
        ("{}", "REQUESTS_CA_BUNDLE", "certificate bundle, invalid path: /no/such.pem"),
        ("{}", "CURL_CA_BUNDLE", "certificate bundle, invalid path: /no/such.pem"),
    ],
)
def test_the_root_of_it(server, monkeypatch, proxy, bundle, reason):
    hosts = "https://first.invalid/", "https://second.invalid/"
    sources = {host: {"mnist.npz": ""} for host in hosts}
    monkeypatch.setattr(download, "SOURCES", sources)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(bundle, "/no/such.pem")
    monkeypatch.setenv("https_proxy", proxy.format(server.url))
    line = unreachable()
    assert line.count(reason) == 2
    assert line.count(".invalid through the proxy 127.0.0.1: ") == 2


def test_a_host_of_many_addresses_where_nobody_answers(server, monkeypatch):
    """Each may take the whole time that requests allows."""

    def silent(*_):
        return time.sleep(5) or io.BytesIO()

    monkeypatch.setattr("socket.create_connection", silent)
    start = time.monotonic()
    assert unreachable().count("no connection to 127.0.0.1 in 0.5 seconds") == 2
    assert time.monotonic() - start < 3
    assert not server.asked


def test_cache_that_cannot_be_written(server, tmp_path, archive):
    server.answer = send(archive)
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert f"Not a directory: '{tmp_path / 'cache'}" in unreachable()


def test_no_home(server, monkeypatch, capsys):
    """And a user whom the system does not know."""
    monkeypatch.setattr("pwd.getpwuid", dict().__getitem__)
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    line = r"^MNIST cannot be kept \(.*; set MNIST_PATH to a copy or use --data digits$"
    with pytest.raises(UserError, match=line):
        data.load_or_digits("mnist", explicit=True)
    source, dataset = data.load_or_digits("mnist")
    assert (source, dataset.name) == ("digits", "digits")
    stdout, stderr = capsys.readouterr()
    assert stdout.startswith("note: MNIST cannot be kept (")
    assert "; training on the digits that scikit-learn bundles; MNIST_PATH" in stdout
    assert stderr == ""
