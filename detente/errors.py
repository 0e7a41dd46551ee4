"""The errors of Détente. Each names the thing, what was found, what was expected, and what to try."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches


class DetenteError(Exception):
    """Base of all errors that Détente raises on purpose."""


class ArticleRefused(DetenteError, ValueError):
    """An article that cannot be read. `name` is its file or id, `reason` a sentence for people."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}: {reason}")


class ModelMissing(DetenteError, FileNotFoundError):
    """The reader model is not where the package expects it."""


class UnknownCode(DetenteError, ValueError):
    """A code that is missing from the codebook or the actor tables."""

    def __init__(self, kind: str, given: str, known: Collection[str]) -> None:
        near = get_close_matches(given.upper(), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)[:20])}"
        super().__init__(f"{given!r} is not a {kind}; {hint}")


class ActorFileInvalid(DetenteError, ValueError):
    """A TOML file of actors that cannot be used: names the file, the entry and what is wrong with it."""


class WrongCall(DetenteError):
    """What was asked for cannot be done as asked: the command line ends with status 2, and nothing stored has changed."""


class LedgerMissing(WrongCall, FileNotFoundError):
    """There is no ledger at the given place."""


class NotALedger(WrongCall, ValueError):
    """A file that is not a ledger, or is damaged."""


class LedgerTooNew(WrongCall, ValueError):
    """A ledger written by a newer version of the package than this one."""


class LedgerUnwritable(WrongCall, OSError):
    """A ledger that cannot be written: no permission, a full disk. What was reported as written is in it."""


class LedgerBusy(WrongCall, TimeoutError):
    """Another process has been writing to the ledger for longer than we were ready to wait."""


class FutureMoment(WrongCall, ValueError):
    """A moment of knowledge that has not come yet."""


class NoSuchItem(WrongCall, KeyError):
    """An item number that the ledger does not know at that moment."""

    def __str__(self) -> str:
        return str(self.args[0])


class ReadingInvalid(WrongCall, ValueError):
    """JSON that is no reading: names the place, what was found and what was expected."""
