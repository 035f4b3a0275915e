"""What one model is, in any framework: each has a room here, named as its packages."""
