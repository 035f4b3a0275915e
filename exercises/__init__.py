"""Exercises in NumPy: learners write functions, and `exercises.check` checks them."""

import doorkeeper

doorkeeper.check("numpy")
