"""Addresses of pages, on a running site (with every choice in the address) and between files of an exported one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

_PLAIN = re.compile(r"[^a-z0-9]+")


def slug(*parts: str | None) -> str:
    """A file name for names of any kind: readable, and different for different names.

    >>> slug("Ilan Torvek", "ARV")[:15]
    'ilan-torvek-arv'
    """
    given = [p for p in parts if p]
    digest = hashlib.sha256("\x00".join(given).encode("utf-8", "replace")).hexdigest()[:8]
    return f"{_PLAIN.sub('-', ' '.join(given).lower()).strip('-')[:40].strip('-')}-{digest}".strip("-")


@dataclass(frozen=True, slots=True)
class Served:
    """Addresses on a running site; `as_of` goes with each."""

    as_of: str | None = None
    live: bool = True

    def to(self, path: str, fragment: str = "", /, **choices: object) -> str:
        """An address with its choices; those that are None or empty are left out."""
        given = {k: v for k, v in {**choices, "as_of": choices.get("as_of", self.as_of)}.items() if v not in (None, "", False)}
        return path + (f"?{urlencode(given)}" if given else "") + (f"#{quote(fragment)}" if fragment else "")

    def start(self) -> str:
        return self.to("/")

    def dyad(self, one: str, other: str, **choices: object) -> str:
        return self.to(f"/dyad/{quote(one, safe='')}/{quote(other, safe='')}", "", **choices)

    def article(self, row: int, fragment: str = "", **choices: object) -> str:
        return self.to(f"/article/{row}", fragment, **choices)

    def item(self, number: int) -> str:
        return self.to(f"/item/{number}")

    def happening(self, number: int) -> str:
        return self.to(f"/happening/{number}")

    def speaker(self, name: str, code: str | None = None) -> str:
        return self.to("/speaker", name=name, code=code)

    def publisher(self, name: str) -> str:
        return self.to("/publisher", name=name)

    def search(self, **choices: object) -> str:
        return self.to("/search", "", **choices)

    def forecasts(self) -> str:
        return self.to("/forecasts")

    def reading(self) -> str:
        return self.to("/reading")

    def static(self, file: str) -> str:
        return f"/static/{file}"


@dataclass(frozen=True, slots=True)
class Files:
    """Addresses between exported files, relative to one that lies `depth` folders deep; an answer of one moment only."""

    depth: int = 0
    as_of: str | None = None
    live: bool = False

    def to(self, path: str, fragment: str = "", /, **choices: object) -> str:
        return "../" * self.depth + path + (f"#{quote(fragment)}" if fragment else "")

    def start(self) -> str:
        return self.to("index.html")

    def dyad(self, one: str, other: str, **choices: object) -> str:
        return self.to(dyad_file(one, other))

    def article(self, row: int, fragment: str = "", **choices: object) -> str:
        return self.to(article_file(row, str(choices.get("view") or "all"), choices.get("voice")), fragment)

    def item(self, number: int) -> str:
        return self.to(f"item/{number}.html")

    def happening(self, number: int) -> str:
        return self.to(f"happening/{number}.html")

    def speaker(self, name: str, code: str | None = None) -> str:
        return self.to(f"speaker/{slug(name, code)}.html")

    def publisher(self, name: str) -> str:
        return self.to(f"publisher/{slug(name)}.html")

    def search(self, **choices: object) -> str:
        return self.start()

    def forecasts(self) -> str:
        return self.to("forecasts.html")

    def reading(self) -> str:
        return self.start()

    def static(self, file: str) -> str:
        return self.to(f"static/{file}")


def dyad_file(one: str, other: str) -> str:
    """The file of a pair, whichever of the two comes first; codes are made safe as names of files."""
    first, second = sorted((one, other))
    return f"dyad/{safe(first)}-{safe(second)}.html"


def article_file(row: int, view: str = "all", voice: object = None) -> str:
    """The file of an article, whole or as a view of it.

    >>> article_file(12), article_file(12, "happened"), article_file(12, "voice", 3)
    ('article/12.html', 'article/12-happened.html', 'article/12-voice-3.html')
    """
    own = {"all": "", "voice": f"-voice-{voice}"}.get(view, f"-{view}")
    return f"article/{row}{own}.html"


def safe(code: str) -> str:
    """A code as part of a file name: itself where it is letters and digits, else with a digest."""
    return code if re.fullmatch(r"[A-Za-z0-9]{1,12}", code) else slug(code)


Links = Served | Files
