"""What this machine, or the container that the program runs in, has."""

import math
import os
import sys
import time
from pathlib import Path

CONTROL_GROUP = Path("/sys/fs/cgroup")  # of a container, on Linux
STAT = Path("/proc/stat")  # how long each processor was idle, and more, on Linux


def processors():
    """Those that this process may run on."""
    linux = sys.platform == "linux"
    return len(os.sched_getaffinity(0)) if linux else os.cpu_count() or 1


def cores():
    """The processors, or the share of them that a container may use."""
    return min(processors(), _allowed("cpu.max", "cpu/cpu.cfs_quota_us"))


def busy(seconds=0.1):
    """What to say if other programs use the cores, as seen for a moment; or ""."""
    if not STAT.exists():
        return ""
    before = _idle()
    time.sleep(seconds)
    free = (_idle() - before) / seconds / os.sysconf("SC_CLK_TCK")
    if free > cores() - 0.5:
        return ""
    text = f"other programs leave {free:.1f} of {cores():g} cores free now"
    return f"{text}, and training may take many times as long"


def _idle():
    """For how many ticks of a clock the processors were idle, those of this process."""
    ours = {f"cpu{number}" for number in os.sched_getaffinity(0)}
    lines = map(str.split, STAT.read_text().splitlines())
    return sum(int(words[4]) for words in lines if words[0] in ours)


def memory():
    """Bytes of memory that this process may use; inf if that is not known."""
    allowed = _allowed("memory.max", "memory/memory.limit_in_bytes")
    if not hasattr(os, "sysconf"):  # Windows
        return allowed
    return min(allowed, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def _allowed(*names):
    """What Linux allows a container: cores or bytes; inf if no limit is known.

    The names of its files in versions 2 and 1, where a second one has the period.
    """
    for file in (CONTROL_GROUP / name for name in names):
        if file.exists():
            limit, *period = file.read_text().split()
            if file.name == "cpu.cfs_quota_us":
                period = [file.with_name("cpu.cfs_period_us").read_text()]
            unlimited = limit in ("max", "-1")
            return math.inf if unlimited else int(limit) / int(*period or [1])
    return math.inf
