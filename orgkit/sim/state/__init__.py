"""What the simulated AWS knows, its clock and ids, and the file that keeps it."""
