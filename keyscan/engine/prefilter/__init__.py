"""Where in a text a rule could match, for all rules at once."""
