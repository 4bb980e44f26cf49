"""Faults: how AWS, or the way to it, can fail."""
