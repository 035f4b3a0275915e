"""What determines a run."""

from common.settings import default_epochs


def test_default_epochs():
    assert default_epochs(60_000) == 25
    assert default_epochs(1500) == 150
    assert default_epochs(10**7) == 1
