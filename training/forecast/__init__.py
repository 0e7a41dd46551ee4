"""Fitting what `detente forecast` ships; see training/README.md."""
