"""Import a framework without the notices that its C++ prints whatever one sets."""

import importlib
import os


def import_quietly(name):
    """Import the module while standard error leads nowhere."""
    screen = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 2)
    try:
        importlib.import_module(name)
    finally:
        os.dup2(screen, 2)
        os.close(screen)
