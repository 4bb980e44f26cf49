"""Signatures of runs: keys, the signed envelope, and what a signature vouches for."""
