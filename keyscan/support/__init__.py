"""General tools that know nothing of secrets."""
