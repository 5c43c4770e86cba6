"""Finds secrets that agents, shells and tools left on this machine, and redacts them where they do not belong."""
