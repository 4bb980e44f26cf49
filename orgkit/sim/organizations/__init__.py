"""AWS Organizations as a state machine: one file a subject."""
