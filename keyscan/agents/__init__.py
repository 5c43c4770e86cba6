"""Coding agents: hooks that keep secrets out of a model's context, filters for streams, and a server for tools."""
