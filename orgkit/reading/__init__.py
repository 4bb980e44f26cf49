"""What people write: text, tables (CSV) and trees (YAML); strict, and every fault has its line."""
