"""What the user accepts: ignores, inline markers, the baseline."""
