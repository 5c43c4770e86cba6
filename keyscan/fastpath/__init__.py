"""The clean case with next to no imports."""
