"""What builds: the generated documents, the stored outputs, the template of roles."""
