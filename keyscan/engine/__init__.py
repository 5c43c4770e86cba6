"""Bytes in, matches out: opens no file, knows no git."""
