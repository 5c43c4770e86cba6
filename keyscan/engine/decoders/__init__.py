"""What a file's bytes are, and what hides in encodings."""
