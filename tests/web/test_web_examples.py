"""Examples in the docstrings of the web room."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("module", ["charts", "links", "pages.cards", "settings", "uploads"])
def test_examples_in_docstrings_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"detente.web.{module}"))
    assert result.attempted
    assert not result.failed
