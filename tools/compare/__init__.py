"""`python -m common.compare`: one training in several packages, and its report."""
