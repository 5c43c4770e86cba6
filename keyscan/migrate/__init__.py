"""Configuration of other scanners to keyscan's own."""
