"""Whose words a place of the text is: the innermost statement that holds it, and the chain of voices around that."""

from __future__ import annotations

from collections.abc import Sequence

from detente.types import Span, Statement


def innermost(statements: Sequence[Statement], span: Span) -> Statement | None:
    """The statement with the shortest content that holds the span; None for the narrator's own words."""
    holding = [s for s in statements if s.content.covers(span)]
    return min(holding, key=lambda s: sum(p.end - p.start for p in s.content.spans), default=None)


def voices(statement: Statement | None, by_id: dict[str, Statement]) -> tuple[str, ...]:
    """From the narrator to the statement, through those that report it."""
    chain: list[str] = []
    while statement is not None and statement.id not in chain:
        chain.append(statement.id)
        statement = by_id.get(statement.within) if statement.within else None
    return ("narrator", *reversed(chain))
