"""Every version of every file, once."""
