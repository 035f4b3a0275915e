"""A solution of each exercise, under the same name."""
