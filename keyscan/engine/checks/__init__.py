"""Structural checks: checksums and inner structure."""
