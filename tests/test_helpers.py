from types import SimpleNamespace

import numpy as np
import pytest

from tests import conftest


@pytest.mark.parametrize(("bound", "status"), [(6.1, 0), (5.9, 1)])
def test_a_bound_must_be_four_standard_deviations_off(monkeypatch, bound, status):
    values = [(n, -np.inf, bound) for n in (1, 2, 3)]
    monkeypatch.setattr(conftest, "MEASURED", {"1 to 3": values})
    session = SimpleNamespace(exitstatus=0)
    conftest.pytest_sessionfinish(session)
    assert session.exitstatus == status
