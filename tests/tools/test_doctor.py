"""`python -m common.doctor` on machines where something is wrong."""

import os
import stat

import numpy as np
import pytest

from tools import doctor

FAKES = {"broken": "raise ImportError('libtf.so: wrong ELF class')", "missing": None}


@pytest.fixture
def without(tmp_path, monkeypatch):
    """Processes in which a package is broken or missing."""

    def hide(package, how):
        code = (
            "import sys\n"
            "class Hide:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            f"        if name == {package!r}:\n"
            "            raise ModuleNotFoundError(f'No module named {name!r}')\n"
        )
        if how == "missing":
            text = code + "sys.meta_path.insert(0, Hide())\n"
            (tmp_path / "sitecustomize.py").write_text(text)
        else:
            (tmp_path / package).mkdir()
            (tmp_path / package / "__init__.py").write_text(FAKES[how])
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return hide


def program(tmp_path, name, text):
    """An executable on a PATH of its own."""
    path = tmp_path / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("how", "words"),
    [("missing", "No module named 'tensorflow'"), ("broken", "wrong ELF class")],
)
def test_a_framework_that_is_not_there(without, how, words):
    without("tensorflow", how)
    names = ["autoencoder_tf", "vae_tf"]
    probes = doctor._start(["vae_tf"], names)
    other, found = doctor._programs(probes, ["vae_tf"])
    assert (found.level, found.about) == ("wrong", "vae_tf")
    assert words in found.text
    assert found.cure
    assert "Traceback" not in str(found)
    assert (other.level, other.about) == ("note", "autoencoder_tf")
    assert other.text == f"cannot run: {found.text}"
    assert not other.cure


@pytest.mark.slow
def test_without_frameworks_nothing_must_be_done(without, tmp_path):
    without("tensorflow", "missing")
    every, numpy = ["vae_numpy", "vae_tf"], ["vae_numpy"]
    found = {found.about: found for found in doctor._examine(numpy, numpy, every)}
    assert found["vae_numpy"].level == found["packages"].level == "ok"
    assert found["packages"].text == "9 as in requirements-numpy.txt"
    assert "minutes for 25 epochs" in found["vae_numpy"].text
    assert str(found["vae_tf"]).startswith(
        "note   vae_tf         cannot run: TensorFlow does not start (No module named "
        "'tensorflow'): install what requirements.txt names"
    )
    assert not {"g++", "compiled"} & {*found}


def test_a_process_that_dies_or_hangs(monkeypatch):
    probe = doctor._start(["vae_numpy"], ["vae_numpy"])
    probe[0].process.kill()
    (found,) = doctor._programs(probe, ["vae_numpy"])
    assert found.text == "was ended by signal 9"
    monkeypatch.setattr(doctor, "PATIENCE", 0)
    probe = doctor._start(["vae_numpy"], ["vae_numpy"])
    (found,) = doctor._programs(probe, ["vae_numpy"])
    assert found.text == "no answer within 0 seconds"


@pytest.mark.slow
def test_the_whole_on_this_machine():
    timed = ["vae_tf", "vae_theano"]
    found = {found.about: found for found in doctor._examine(timed, timed, timed)}
    assert found["vae_tf"].level == "ok"
    assert "minutes for 25 epochs" in found["vae_theano"].text
    assert "minutes for 25 epochs" in found["vae_tf"].text
    assert "devices: " in found["tensorflow"].text
    assert found["g++"].level == found["drawing"].level == "ok"
    assert {"python", "packages", "machine", "runs", "cache", "mnist"} <= set(found)


def test_a_compiler_that_is_missing_or_broken(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "not found" in doctor._compiler().text
    assert "apt install g++" in doctor._compiler().cure
    program(tmp_path, "g++", "echo 'fatal error: Python.h: No such file' >&2; exit 1")
    assert "Python.h" in doctor._compiler().text
    assert "headers" in doctor._compiler().cure
    program(tmp_path, "g++", "echo 'cc1plus: not found' >&2; exit 1")
    assert "cc1plus: not found" in doctor._compiler().text
    assert doctor._compiler().level == "note"


def test_a_compiler_that_works():
    assert doctor._compiler().level == "ok"


def test_versions_beside_the_lock(monkeypatch):
    (found,) = doctor._packages("requirements.txt")
    assert found.level == "ok"
    real = doctor.version

    def other(name):
        if name == "keras":
            raise doctor.PackageNotFoundError(name)
        return "1.0" if name == "numpy" else real(name)

    monkeypatch.setattr(doctor, "version", other)
    missing, changed = doctor._packages("requirements.txt")
    assert missing.text == "not installed: keras"
    assert changed.text == "numpy 1.0 instead of 1.26.4"


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert doctor._writable("x", tmp_path / "new" / "deep", "").level == "ok"
    found = doctor._writable("x", tmp_path / "file" / "sub", "the cure")
    assert (found.level, found.cure) == ("note", "the cure")


def test_mnist_of_another_hash(tmp_path, monkeypatch):
    images, labels = np.zeros((3, 28, 28), np.uint8), np.arange(3)
    images[:, 9:12, 9:12] = 255
    path = tmp_path / "own.npz"
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    monkeypatch.setenv("MNIST_PATH", str(path))
    assert "not MNIST as published" in doctor._mnist().text
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "no.npz"))
    assert "no such file" in doctor._mnist().text


@pytest.mark.skipif("MNIST_PATH" not in os.environ, reason="needs MNIST_PATH")
def test_mnist_as_published():
    found = doctor._mnist()
    assert found.level == "ok"
    assert "with the published hash" in found.text


def test_an_unknown_program(command):
    result = command("common.doctor", "vae_torch")
    assert result.returncode == 2
    assert "vae_torch is no program; choose from" in result.stderr


def test_personal_paths_are_not_told(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    text = doctor._without_home(f"/home/somebody/.cache {doctor.ROOT}/x")
    assert text == "~/.cache ./x"
