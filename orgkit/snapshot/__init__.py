"""One snapshot of an organization: what is read, as tables, frozen."""
