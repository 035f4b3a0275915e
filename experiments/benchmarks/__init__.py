"""Speed, measured beside other programs for the same job: `make bench`."""
