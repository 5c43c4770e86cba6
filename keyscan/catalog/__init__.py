"""Names of well-known things, such as secrets files and agents' files: data and predicates only."""
