"""A process for one call, which may kill it or take long.  Standard library alone."""

import multiprocessing
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

CAUSES = {
    4: " (probably a package for newer processors)",
    9: " (probably not enough memory)",
}


def apart(function, *arguments, patience=None):
    """What a function returns in a process of its own, which ends with the call.

    RuntimeError if it dies, TimeoutError if it takes more than so many seconds.
    """
    others = set(multiprocessing.active_children())
    ctrl_c = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which the process inherits
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        future = pool.submit(function, *arguments)
        signal.signal(signal.SIGINT, ctrl_c)
        (process,) = set(multiprocessing.active_children()) - others
        try:
            return future.result(patience)
        except TimeoutError:
            process.kill()
            raise TimeoutError(f"no answer within {patience} seconds") from None
        except BrokenProcessPool:
            pass  # the exit status is there once the pool is closed
        except BaseException:
            process.kill()
            raise
    if process.exitcode >= 0:
        raise RuntimeError("the process failed without output")
    number = -process.exitcode
    raise RuntimeError(f"was killed by signal {number}{CAUSES.get(number, '')}")
