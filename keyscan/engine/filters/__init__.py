"""What makes a match no secret."""
