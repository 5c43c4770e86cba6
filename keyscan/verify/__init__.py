"""Is a key live? Asked only on request, and only of the hosts that the rules name."""
