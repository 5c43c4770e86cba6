"""Pack files: index, objects, deltas."""
