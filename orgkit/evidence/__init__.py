"""What is kept: the store, the journal, runs, signatures; and whether it still holds."""
