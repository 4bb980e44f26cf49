"""Find, start and steer a simulator from another process."""
