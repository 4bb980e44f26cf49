"""The append-only journal of snapshots and events: AWS forgets after 30 days."""
