"""What agents, shells and tools left on this machine: found, and replaced where it is not meant to be."""
