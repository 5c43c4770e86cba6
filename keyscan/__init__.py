"""keyscan: a secret scanner for people who build with AI."""

from keyscan._version import __version__

__all__ = ["__version__"]
