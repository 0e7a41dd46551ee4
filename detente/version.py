"""Version of the package and of the reader: a new model or a change of what is read is a new reader version."""

__version__ = "0.1.0"
READER = "0.1.0"
