"""Where evidence lies: a folder, a bucket, or any address that fsspec opens."""
