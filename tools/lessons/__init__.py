"""What the pages say of each model's functions, a file for each model."""
