"""A report to text: pure functions."""
