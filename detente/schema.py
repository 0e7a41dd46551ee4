"""The JSON Schema of a reading (draft 2020-12), for programs that take readings in; `detente schema` prints it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def schema_text() -> str:
    """The schema as it is shipped, ended by a line end."""
    return (files("detente.data") / "reading.schema.json").read_text(encoding="utf-8")


def reading_schema() -> dict[str, Any]:
    """The schema as JSON."""
    schema: dict[str, Any] = json.loads(schema_text())
    return schema
