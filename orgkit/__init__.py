"""orgkit."""
