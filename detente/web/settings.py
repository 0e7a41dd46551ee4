"""How the site is served: where, for whom, and within which limits."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from detente.errors import WrongCall

MEGABYTE = 1024 * 1024
SHORTEST_TOKEN = 12
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Settings:
    """`token`: what readers must know, None for a site that only this machine reaches. `hosts`: names it answers to.

    `reads_per_s`, `writes_per_min`: for each address of a reader; 0 for no limit. `page_timeout_s`: how long a reader waits
    for a page to be drawn.
    """

    ledger: Path
    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None
    hosts: tuple[str, ...] = ()
    actors: Path | None = None
    record: Path | None = None
    upload_bytes: int = 25 * MEGABYTE
    upload_files: int = 200
    form_bytes: int = 4 * MEGABYTE
    body_timeout_s: float = 30.0
    reads_per_s: float = 50.0
    writes_per_min: float = 60.0
    page_timeout_s: float = 20.0
    fetch: bool = True

    @property
    def local(self) -> bool:
        """Whether only programs on this machine can reach it."""
        return is_loopback(self.host)

    @property
    def answers_to(self) -> tuple[str, ...]:
        """Names in the Host header that are ours: others are pages elsewhere that point their name at this machine."""
        own = (f"[{self.host}]" if ":" in self.host else self.host,)
        return (*LOCAL_NAMES, *own, *self.hosts)

    def checked(self) -> Settings:
        """These settings. Raises WrongCall where others than this machine could come in without a token."""
        if self.token is not None and len(self.token) < SHORTEST_TOKEN:
            raise WrongCall(f"the token has {len(self.token)} characters; give at least {SHORTEST_TOKEN}")
        if not self.local and self.token is None:
            raise WrongCall(
                f"{self.host} can be reached by other machines; set a token (environment variable DETENTE_TOKEN, or"
                " --token-file FILE), or leave --host out to serve this machine only"
            )
        return self


def is_loopback(host: str) -> bool:
    """Whether a host to bind to is this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback("localhost")
    (True, False, True)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
