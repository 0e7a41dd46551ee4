"""Makes `builders`, `contracts` and `strategies` importable from every room of tests."""
