"""What well-known things are called: files of secrets, agents' files. Data and predicates only."""
