"""Rewriters: a literal secret in a source file becomes a read of the environment; one module a language."""
