"""What trains a model from the shell."""
