import signal
from types import SimpleNamespace

import numpy as np
import pytest

from tests import conftest
from tests.helpers import start


def test_ctrl_c_reaches_a_program_although_it_is_ignored_here():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = start("-c", "import signal; signal.raise_signal(signal.SIGINT)")
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    _, stderr = process.communicate(timeout=60)
    assert stderr.splitlines()[-1] == "KeyboardInterrupt"


@pytest.mark.parametrize(("bound", "status"), [(6.1, 0), (5.9, 1)])
def test_a_bound_must_be_four_standard_deviations_off(monkeypatch, bound, status):
    values = [(n, -np.inf, bound) for n in (1, 2, 3)]
    monkeypatch.setattr(conftest, "MEASURED", {"1 to 3": values})
    session = SimpleNamespace(exitstatus=0)
    conftest.pytest_sessionfinish(session)
    assert session.exitstatus == status
