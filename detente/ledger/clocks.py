"""Moments of knowledge as the ledger keeps and compares them: UTC, to the second, "2022-01-09T23:59:59Z".

A date without a time counts as the end of that day, both for an article (it was surely known by then) and for a
question ("as of 9 January" sees all of the 9th and nothing of the 10th).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from detente.errors import FutureMoment, WrongCall

_END_OF_DAY = time(23, 59, 59, tzinfo=UTC)


def end_of(day: date) -> datetime:
    """The last moment of a day.

    >>> end_of(date(2022, 1, 9)).isoformat()
    '2022-01-09T23:59:59+00:00'
    """
    return datetime.combine(day, _END_OF_DAY)


def moment(value: str) -> datetime:
    """An ISO date or date-time as a moment; one without a zone is UTC. Raises WrongCall where it is neither."""
    try:
        if len(value) == 10:
            return end_of(date.fromisoformat(value))
        at = datetime.fromisoformat(value)
    except ValueError:
        raise WrongCall(f"{value!r} is not a date; give an ISO date or date-time, as 2022-01-09 or 2022-01-09T14:30Z") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def stamp(at: datetime) -> str:
    """A moment as the ledger writes it; a moment without a zone is UTC."""
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unstamp(text: str) -> datetime:
    """The moment that `stamp` wrote."""
    return datetime.fromisoformat(text)


def as_of(value: str | None, *, now: datetime, last_known: datetime | None = None) -> datetime:
    """The moment of knowledge of a question; now where none is given.

    last_known: when the ledger's last article could be known. A moment that lies after both is refused (FutureMoment):
    an answer as of then could still change.
    """
    if value is None:
        return now
    at = moment(value)
    latest = max(end_of(now.date()), last_known or now)
    if at > latest:
        raise FutureMoment(f"as of {value} lies in the future; the latest moment to ask about is {latest.date()}")
    return at


def start_of(value: str) -> datetime:
    """The first moment of an ISO date, or the moment of a date-time. Raises WrongCall where it is neither."""
    at = moment(value)
    return at.replace(hour=0, minute=0, second=0) if len(value) == 10 else at
