"""Makes `builders`, `contracts` and `strategies` importable from every room of tests; no test depends on the clock."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("without_clock", deadline=None)  # a busy machine is no failure
settings.load_profile("without_clock")
