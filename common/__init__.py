"""What the three programs share: data, initial weights, the epoch loop, runs, plots."""


class UserError(Exception):
    """Something the user can mend.  Its text is one line: what is wrong, what to do."""
