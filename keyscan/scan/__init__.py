"""Blobs and a matcher to findings and a report."""
