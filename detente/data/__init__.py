"""Data that people can read and extend: tables of actors and other lists, read with `importlib.resources`."""
