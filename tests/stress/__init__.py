"""Histories and damage: some in `make test`, thousands in `make stress`."""

import multiprocessing
import os
import sys
import threading
from pathlib import Path

from tqdm import tqdm

MANY = "SEEDS" in os.environ  # as in `make stress`
FORK = multiprocessing.get_context("forkserver")  # from what has imported all this
FORK.set_forkserver_preload(
    [
        *("pytest", "hypothesis.stateful", "filelock", "pooch", "sklearn.datasets"),
        *("common.commands.train", "common.images.formats", "common.figures"),
        *("tests.helpers", "tools.explore", "tools.use", "vae_numpy.vae"),
        *(("vae_tf.vae", "vae_theano.vae") if MANY else ()),
    ]
)


def forked(function, folder, *arguments):
    """Call it in a process of its own, which prints into `folder` -> exit status."""
    process = FORK.Process(target=_call, args=(function, folder, *arguments))
    process.start()
    process.join(300)
    process.kill()  # if it hangs
    process.join()
    return process.exitcode


def _call(function, folder, *arguments):
    out, err = Path(folder, "out"), Path(folder, "err")
    tqdm.set_lock(threading.RLock())  # instead of one between processes
    with out.open("w") as sys.stdout, err.open("w") as sys.stderr:
        function(folder, *arguments)


def contents(folder):
    """The bytes of all files in a folder but for hidden ones."""
    paths = [p for p in folder.rglob("[!.]*") if p.is_file()]
    return {path: path.read_bytes() for path in paths}
