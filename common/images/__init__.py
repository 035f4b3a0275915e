"""Where pixels come from."""

from common import UserError


class UnreachableError(UserError):
    """MNIST is not on this machine and could not be downloaded.  Says why."""
