"""Bytes in, matches out: opens no file and knows no git."""
