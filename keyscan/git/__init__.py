"""The only caller of git, and the reader of its packs."""
