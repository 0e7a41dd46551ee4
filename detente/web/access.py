"""Who may come in, and whether a form was sent from one of our own pages.

A visit has a random name in a cookie. With a token set, only a visit that has shown it (or a request that carries it as a
bearer) may see pages. A form carries a signature of its visit's name, which a page elsewhere cannot know.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

_DAYS = 30


@dataclass(frozen=True, slots=True)
class Visit:
    """A reader's visit: its name, whether it may see pages, and whether the name is new."""

    name: str
    inside: bool
    new: bool = False
    bearer: bool = False


class Access:
    """The doorkeeper. Its secret lives as long as the process: after a restart readers show the token again."""

    def __init__(self, token: str | None, port: int = 0) -> None:
        self._token = token
        self.cookie = f"detente_visit_{port}"  # browsers keep cookies by host: sites on other ports must not take its place
        self._secret = secrets.token_bytes(32)

    @property
    def open(self) -> bool:
        """Whether no token is needed."""
        return self._token is None

    def fits(self, given: str) -> bool:
        """Whether this is the token; takes the same time for every wrong one."""
        return self._token is not None and hmac.compare_digest(given.encode(), self._token.encode())

    def visit(self, request: HTTPConnection) -> Visit:
        """The visit that a request belongs to."""
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        bearer = kind.lower() == "bearer" and self.fits(given.strip())
        name, _, proof = request.cookies.get(self.cookie, "").partition(".")
        if not name or not self._same(proof, self._sign("out", name), self._sign("in", name)):
            return Visit(secrets.token_urlsafe(18), self.open or bearer, new=True, bearer=bearer)
        inside = self.open or bearer or hmac.compare_digest(proof, self._sign("in", name))
        return Visit(name, inside, bearer=bearer)

    def remember(self, response: Response, visit: Visit, *, inside: bool, secure: bool) -> None:
        """Give the visit its cookie; the name is signed with what it may do, so that none can be made up."""
        value = f"{visit.name}.{self._sign('in' if inside else 'out', visit.name)}"
        response.set_cookie(self.cookie, value, max_age=_DAYS * 86_400, httponly=True, samesite="lax", secure=secure, path="/")

    def form_token(self, visit: Visit) -> str:
        return self._sign("form", visit.name)

    def form_is_ours(self, request: HTTPConnection, visit: Visit, given: str) -> bool:
        """Whether a form came from one of our pages; a bearer needs none, since no browser adds that by itself."""
        if visit.bearer:
            return True
        return same_origin(request) and hmac.compare_digest(given.encode(), self.form_token(visit).encode())

    def _sign(self, what: str, name: str) -> str:
        return hmac.new(self._secret, f"{what} {name}".encode(), hashlib.sha256).hexdigest()

    @staticmethod
    def _same(given: str, *known: str) -> bool:
        return any(hmac.compare_digest(given.encode(), k.encode()) for k in known)


def same_origin(request: HTTPConnection) -> bool:
    """Whether the browser says that the request comes from our own pages, or says nothing (old ones, programs)."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
