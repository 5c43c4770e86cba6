"""Rule files to rules."""
