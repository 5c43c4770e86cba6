"""The command line: the only part that prints, prompts and exits."""
