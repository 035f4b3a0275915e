"""`python -m common.doctor` on machines where something is wrong."""

import os
import signal
import sys
import time

import numpy as np
import pytest

from common import machine
from tests.conftest import MNIST, ROOT
from tests.helpers import lacking, one_line, run
from tools import doctor


def test_a_framework_that_is_broken(tmp_path, monkeypatch, capsys):
    """A line each; what must be able to run is named at the end."""
    (tmp_path / "tensorflow.py").write_text("raise ImportError('wrong\\nELF class')")
    monkeypatch.syspath_prepend(tmp_path)
    arguments = ["autoencoder_tf", "vae_tf"], ["vae_tf"]
    findings = doctor._apart(*arguments, doctor._framework, *arguments)
    monkeypatch.setattr(doctor, "_examine", lambda *names: findings)
    assert doctor.main("vae_tf", []) == 1
    other, line, *end = capsys.readouterr().out.splitlines()
    assert other.startswith("note   autoencoder_tf ")
    assert line.startswith("wrong  vae_tf         ")
    assert "wrong ELF class" in line
    assert end == ["", "problems with: vae_tf"]


@pytest.mark.parametrize(
    ("function", "argument", "text"),
    [
        (signal.raise_signal, 9, "was killed by signal 9 (probably not enough memory)"),
        (signal.raise_signal, 11, "was killed by signal 11"),
        (os._exit, 3, "the process failed without output"),
        (time.sleep, 60, "no answer within 0.1 seconds"),
        (int, "x", "invalid literal for int() with base 10: 'x'"),
    ],
)
def test_a_process_that_dies_hangs_or_fails(function, argument, text, monkeypatch):
    monkeypatch.setattr(doctor, "PATIENCE", 60 if function is not time.sleep else 0.1)
    (finding,) = doctor._apart(["vae_tf"], [], function, argument)
    assert finding == ("note", "vae_tf", text)


def test_nothing_is_installed(nowhere):
    command = [sys.executable, "-S", "-m", "common.doctor", "vae_numpy"]  # no packages
    result = run(command, ROOT, **nowhere)
    assert (result.returncode, result.stderr) == (1, "")
    ok, _, packages, *others = result.stdout.splitlines()
    assert ok.startswith("ok     python         3.")
    assert packages.startswith("wrong  packages       numpy is not installed in ")
    assert others == ["", "problems with: packages"]


@pytest.mark.slow
def test_the_whole_on_this_machine(capsys, monkeypatch):
    """In one process, as the processes are tried above."""
    monkeypatch.setattr(doctor.processes, "apart", lambda call, *a, patience: call(*a))
    assert doctor.main("vae_tf", ["vae_numpy"]) == 0
    *lines, _, result = capsys.readouterr().out.splitlines()
    assert result == "vae_numpy can run: python -m vae_numpy.train"
    subjects = [line[7:22].strip() for line in lines]
    first = ["python", "machine", "mnist", "drawing"]
    assert subjects == [*first, "numpy", "vae_numpy"]
    assert "25 epochs of MNIST take about " in lines[-1]


@pytest.mark.slow
@pytest.mark.parametrize("package", ["vae_theano", "gan_tf"])
def test_what_a_framework_says_of_itself(package, monkeypatch):
    """In a process with settings each of which would end TensorFlow."""
    if text := lacking([package]):
        pytest.skip(text)
    for name in ("XLA_FLAGS", "TF_XLA_FLAGS", "KERAS_BACKEND"):
        monkeypatch.setenv(name, "--no-such-thing")
    arguments = [package], []
    (level, *_), *_, finding = doctor._apart(*arguments, doctor._framework, *arguments)
    assert level == "ok"
    assert finding == ("ok", package, "can run")


NEW = "cpu.max", "memory.max"
OLD = "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us", "memory/memory.limit_in_bytes"


@pytest.mark.parametrize(
    ("files", "texts"),
    [
        (NEW, ("150000 100000", "1000000000")),
        (NEW, ("max 100000", "max")),
        (OLD, ("150000", "100000", "1000000000")),
        (OLD, ("-1", "100000", "9223372036854771712")),
    ],
)
def test_the_limits_of_a_container(tmp_path, monkeypatch, files, texts):
    monkeypatch.setattr(machine, "CONTROL_GROUP", tmp_path)
    monkeypatch.setattr(machine, "busy", str)
    for name, text in zip(files, texts, strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    level, _, text = doctor._machine()
    assert (level == "note") == text.startswith("1.5 cores, 1 GB of memory, ")
    assert (level == "note") == ("1000000000" in texts)


@pytest.mark.parametrize("ticks", [[10, 10], [1, 10]])
def test_other_programs_on_two_cores(tmp_path, monkeypatch, ticks):
    """A core that is idle for 1 of 10 ticks is not free."""
    monkeypatch.setattr(machine, "STAT", tmp_path / "stat")
    monkeypatch.setattr(machine, "CONTROL_GROUP", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3})
    idle = iter([[700, 500], [700 + ticks[0], 500 + ticks[1]]])

    def pass_by(seconds=0.1):
        first, last = next(idle)
        text = f"cpu 9 9 9 9 9\ncpu0 1 2 3 {first} 5\ncpu1 1 2 3 9 5\n"
        machine.STAT.write_text(f"{text}cpu3 1 2 3 {last} 5\nintr 8 9\n")

    pass_by()
    monkeypatch.setattr(machine.time, "sleep", pass_by)
    note = machine.busy()
    assert note.startswith("other programs leave 1.1 of 2 cores") == (1 in ticks)
    assert bool(note) == (1 in ticks)


def test_mnist_of_another_hash(tmp_path, monkeypatch):
    images, labels = np.zeros((3, 28, 28), np.uint8), np.arange(3)
    images[:, 9:12, 9:12] = 255
    path = tmp_path / "own.npz"
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    monkeypatch.setenv("MNIST_PATH", str(path))
    assert doctor._mnist() == [("note", "mnist", f"{path} is not MNIST as published")]


@MNIST
def test_mnist_as_published():
    ((level, _, text),) = doctor._mnist()
    assert level == "ok"
    assert "with the published hash" in text


def test_an_unknown_program(command):
    one_line(command("common.doctor", "vae_caffe"), "vae_caffe is no program; choose ")
