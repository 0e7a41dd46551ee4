"""Frozen values back from the JSON in which the ledger remembers them, by the types of their fields."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def from_json(cls: type[T], data: Mapping[str, Any]) -> T:
    """The value of a dataclass whose fields are plain values, tuples, dictionaries and such dataclasses."""
    hints = _hints(cls)  # type: ignore[arg-type]
    return cls(**{name: _value(hint, data[name]) for name, hint in hints.items()})


@lru_cache(maxsize=64)
def _hints(cls: type[Any]) -> dict[str, Any]:
    known = get_type_hints(cls)
    return {f.name: known[f.name] for f in fields(cls)}


def _value(hint: Any, data: Any) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if data is None or hint is Any:
        return data
    if origin in (Union, types.UnionType):
        return _value(next(a for a in args if a is not type(None)), data)
    if origin is tuple:
        return tuple(_value(args[0], item) for item in data)
    if origin is dict:
        return {key: _value(args[1], item) for key, item in data.items()}
    return from_json(hint, data) if is_dataclass(hint) and isinstance(hint, type) else data
