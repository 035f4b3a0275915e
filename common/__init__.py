"""What all programs share, each thing in one room; CONTRIBUTING.md has the plan."""

__version__ = "0.4.0"


class UserError(Exception):
    """Something the user can mend.  Its text is one line: what is wrong, what to do."""
