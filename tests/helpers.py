"""What tests share and no fixture is needed for."""

import signal
import subprocess
import sys


def start(*arguments, **options):
    """Start Python so that Ctrl-C reaches it, even where this process ignores it.

    A shell that is not interactive has its background jobs ignore it, and whatever they
    start would, too.
    """
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
    finally:
        signal.signal(signal.SIGINT, previous)
