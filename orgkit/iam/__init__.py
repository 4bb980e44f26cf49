"""Least privilege: what each notebook and each role may do, as IAM policies."""
