"""Damaged files are read, or one line says what is wrong: in 5 seconds and 1 GB."""

import gzip
import io
import os
import re
import resource
import shutil
import signal
import sys
import zipfile
import zlib
from functools import partial

import numpy as np
import pytest

from common import UserError, loop
from common.commands import command_line, train
from common.images import data
from tests.images.layouts import KERAS, table, write_amat, write_idx
from tests.stress import MANY, contents, forked, test_histories
from tools import use

KINDS = ["npz/data.npz", "idx/train-images-idx3-ubyte", "idx/t10k-labels-idx1-ubyte"]
KINDS += ["bits/binarized_mnist_valid.amat", "csv/train.csv", "zip/train.zip"]
KINDS += ["options/options.json", "run/config.json", "run/history.csv"]
KINDS += ["run/checkpoint.npz"]
ODD = [b"\0", b"\xff" * 8, b"-1", b"9" * 30, b"1e99", b"nan", b"\n", b",", b'"', b"PK"]
ODD += [b"[" * 10_000, b"{" * 10_000, b"\xc3\xa9", b"null", b"\x1b[2J", b"<", b"0" * 9]
ODD += [b"7" * 200_000]
SIZES = [-1, 0, 1, 10, 28, 28, 28, 30, 784, 784, 10**9, 2**31, 2**62]
DTYPES = ["|u1", "|b1", "<f4", ">f8", "<i8", "<U0", "|V0", "|S0", "<U9", "|S2147483647"]
DTYPES += ["|O", "<M8[s]", "<c16", "i4,f4", "<f2", "<f16"]


def damaged(content, rng):
    """These bytes with some changes, by chance packed before or after; or a bomb."""
    way = rng.random()
    if way < 0.02:
        return bomb(content, 31)
    if way < 0.2:
        return gzip.compress(damaged(content, rng))
    if content[:2] == b"PK" and way < 0.8:
        return repacked(content, rng)
    content = bytearray(gzip.compress(content) if way < 0.3 else content)
    for _ in range(rng.integers(1, 3)):
        start = rng.integers(len(content) + 1)
        end = start + int(2 ** rng.uniform(0, 12))
        words = [*re.finditer(rb"(?<=[,:\[\n ])[^],:}\s]+", content)]
        if words and rng.random() < 0.5:
            start, end = words[rng.integers(len(words))].span()
        part, bit = content[start:end], np.uint8(1 << rng.integers(8))
        odd, flipped = ODD[rng.integers(len(ODD))], np.frombuffer(part, "u1") ^ bit
        changes = [b"", odd, odd + part, rng.bytes(len(part)), flipped.tobytes()]
        changes += [part * int(rng.integers(2, 50))]
        content[start:end] = changes[rng.integers(len(changes))]
    return bytes(content[: len(content) if rng.random() < 0.9 else start])


def repacked(content, rng):
    """A zip file, one of whose members is damaged, promises too much or is a bomb."""
    file, way = io.BytesIO(), rng.random()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        members = {name: old.read(name) for name in old.namelist()}
        name = str(rng.choice([*members]))
        if way < 0.03:
            members[name] = bomb(members[name], -15)
        elif way < 0.5 and name.endswith(".npy"):
            members[name] = promise(rng) + members[name][128 : rng.integers(128, 999)]
        else:
            members[name] = damaged(members[name], rng)
        for item in members.items():
            new.writestr(*item)
        if way < 0.03:  # the directory says how it is packed
            info = new.getinfo(name)
            info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, 2**31
    return file.getvalue()


def bomb(content, wbits):
    """Packed so that more than two gigabytes come out."""
    packer = zlib.compressobj(wbits=wbits)
    parts = [content, content[-2:] * 2**22]
    start, more = (packer.compress(p) + packer.flush(zlib.Z_FULL_FLUSH) for p in parts)
    return start + 300 * more + packer.flush()


def promise(rng):
    """The header of an array of any shape and dtype."""
    shape, order = rng.choice(SIZES, rng.integers(4)).tolist(), bool(rng.integers(2))
    header = {"shape": tuple(shape), "fortran_order": order}
    text = repr(header | {"descr": str(rng.choice(DTYPES))}).encode()
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text


def readers(path, out):
    """What reads a file of this kind: functions that return an exit status."""
    folder = str(path.parent)
    if path.parent.name == "run":
        words = ["evaluate", folder, "--judge=0", "--samples=1", "--output", out]
        yield partial(use.main, "vae_numpy", words)
        yield partial(train.main, "vae_numpy", ["--resume", folder])
    elif path.parent.name == "options":
        yield partial(train.main, "vae_numpy", ["--config", str(path), "--out", out])
    else:
        source = folder if path.parent.name in ("idx", "bits") else str(path)
        yield partial(command_line.exit_status, lambda: data.load(source) is None)


def read(base, kind, seeds):
    """What a process does: damage a file with each seed, and read it."""

    def all_is_read(*_):
        raise UserError("all is read")

    loop.epochs, os.environ["TMPDIR"] = all_is_read, str(base)  # for tracebacks
    path, start, screen = base / "damaged" / kind, peak(), sys.stderr
    for seed in seeds:
        print(seed)
        shutil.rmtree(path.parent, ignore_errors=True)
        shutil.copytree((base / kind).parent, path.parent)
        rng = np.random.default_rng([seed, KINDS.index(kind)])
        path.write_bytes(damaged(path.read_bytes(), rng))
        before = contents(path.parent)
        for reader in readers(path, str(base / "new")):
            sys.stderr = io.StringIO()
            signal.alarm(5)  # which ends this process
            status = reader()
            signal.alarm(0)
            text, sys.stderr = sys.stderr.getvalue(), screen
            line = "error: .{1,1005}\n" if status == 2 else ""
            assert status in (0, 2) and re.fullmatch(line, text), text
            assert "traceback" not in text, text
            assert peak() - start < 2**20
            assert contents(path.parent) == before


def peak():
    """The most memory that this process has had, in KB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A folder with a whole file of each kind."""
    base, rng = tmp_path_factory.mktemp("damaged"), np.random.default_rng(0)
    for kind in KINDS:
        (base / kind).parent.mkdir(exist_ok=True)
    x = rng.integers(0, 256, (20, 28, 28)).astype(np.uint8)
    x[rng.random(x.shape) < 0.9], y = 0, np.arange(20) % 5
    arrays = dict(zip(KERAS, (x[:14], y[:14], x[14:], y[14:]), strict=True))
    np.savez(base / KINDS[0], **arrays)
    write_idx(base / "idx", arrays)
    bits = {part: x[:10].reshape(10, -1) > 0 for part in ("train", "valid", "test")}
    write_amat(base / "bits", bits)
    text = table(x[:14], y[:14], ["label", *map("pixel{}".format, range(784))])
    (base / "csv" / "train.csv").write_text(text)
    with zipfile.ZipFile(base / "zip" / "train.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("train.csv", text)
    words = ["--data", str(base / KINDS[0]), "--epochs", "2", *test_histories.TINY]
    words = [*words, "--out", str(base / "run")]
    assert forked(test_histories.command, base, "vae_numpy", words) == 0
    shutil.copy(base / "run" / "config.json", base / "options" / "options.json")
    return base


@pytest.mark.stress
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_noticed_or_does_not_matter(base, kind):
    """Exit status 0, or 2 and one line; nothing else changes in the folder."""
    for first in range(0, 1000, 20) if MANY else [0]:
        status = forked(read, base, kind, range(first, first + 20))
        last = (base / "out").read_text().split()[-1]
        assert status == 0, f"seed {last}: {(base / 'err').read_text()}"
