"""Article in, evidence out. The room has the name of its main deed: `detente.read(text)` calls `reader.read`."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """A package that can be called, since an import of any part of it puts it in the place of the function."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        from detente.read.reader import read

        return read(*args, **options)


sys.modules[__name__].__class__ = _Room
