"""What to scan: each source yields blobs and what it could not read."""
