"""Sources of scans: each yields blobs, and a Skip for what it could not read."""
