"""How a repository keeps its secrets."""
