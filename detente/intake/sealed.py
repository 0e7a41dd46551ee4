"""One document that was not opened yet.

Parsing a page, PDF, DOCX or letter takes long, and a hostile one may crash the parser. So it travels unopened to the process
that reads it, where a time limit holds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from detente.errors import ArticleRefused
from detente.read.article import NOTHING_GIVEN, Given, Received
from detente.types import Refusal

DocumentKind = Literal["html", "pdf", "docx", "letter"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """Bytes of one article. `seen_on`: the ISO day on which a crawler had it, None where that is not known."""

    id: str
    name: str
    kind: DocumentKind
    data: bytes
    given: Given = NOTHING_GIVEN
    url: str | None = None
    seen_on: str | None = None


def open_sealed(sealed: Sealed) -> Received | Refusal:
    """The article inside; a Refusal where there is none or the parser gives up."""
    _quiet()
    try:
        return _opener(sealed)(sealed)
    except ArticleRefused as refused:
        return Refusal(refused.name, refused.reason)
    except ImportError as error:
        return Refusal(sealed.name, f"needs {error.name}; install it with: pip install 'detente[intake]'")
    except RecursionError:
        return Refusal(sealed.name, f"nests too deeply to be parsed as {LABELS[sealed.kind]}")
    except Exception as error:  # parsers meet anything, and fail in any way
        return Refusal(sealed.name, f"cannot be parsed as {LABELS[sealed.kind]} ({type(error).__name__}: {str(error)[:120]})")


@lru_cache(maxsize=1)
def _quiet() -> None:
    """Parsers log what they meet; we say it in refusals."""
    for name in ("trafilatura", "htmldate", "courlan", "justext", "readability", "pypdf", "charset_normalizer"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


LABELS = {"html": "HTML", "pdf": "PDF", "docx": "DOCX", "letter": "a letter"}


def _opener(sealed: Sealed) -> Callable[[Sealed], Received]:
    from detente.intake import documents, letters, pages

    openers = {"html": pages.open_page, "pdf": documents.open_pdf, "docx": documents.open_docx, "letter": letters.open_letter}
    return openers[sealed.kind]
