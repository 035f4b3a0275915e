"""Histories and damage: some in `make test`, thousands in `make stress`."""

import multiprocessing
import os
import sys
import threading

from tqdm import tqdm

MANY = "SEEDS" in os.environ  # as in `make stress`
IMPORTED = ["pytest", "hypothesis.stateful", "filelock", "pooch", "sklearn.datasets"]
IMPORTED += ["common.commands.train", "common.images.formats", "common.figures"]
IMPORTED += ["tests.helpers", "tools.explore", "tools.use", "vae_numpy.vae"]
IMPORTED += ["vae_tf.vae", "vae_theano.vae"] if MANY else []
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(IMPORTED)


def forked(function, folder, *arguments):
    """Call it in a process of its own, which prints into `folder` -> exit status."""
    process = FORK.Process(target=_call, args=(function, folder, *arguments))
    process.start()
    process.join(300)
    process.kill()  # if it hangs
    process.join()
    return process.exitcode


def _call(function, folder, *arguments):
    tqdm.set_lock(threading.RLock())  # instead of one between processes
    sys.stdout, sys.stderr = ((folder / n).open("w", 1) for n in ("out", "err"))
    function(folder, *arguments)


def contents(folder):
    """The bytes of all files in a folder but for hidden ones."""
    return {p: p.read_bytes() for p in folder.rglob("[!.]*") if p.is_file()}
