"""One folder a run: its files, their manifest, its result."""
