"""What well-known things are called: secrets files, agents' files. Data and predicates only."""
