"""The security checklist."""
