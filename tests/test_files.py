"""Files that are complete or not there."""

from common.files import write


def test_write_replaces_what_was_there(tmp_path):
    path = tmp_path / "file"
    write(path, b"old")
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
