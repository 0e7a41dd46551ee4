"""What is let in to be read: nothing twice, and only English. The rest is refused with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from detente.intake.duplicates import Duplicates
from detente.intake.languages import refused_for_language
from detente.intake.origins import Incoming
from detente.intake.sealed import Sealed, open_sealed
from detente.read.article import Received
from detente.types import Article, Reading, Refusal


class Reception:
    """Lets articles in, in order. What comes unopened is judged once it was read elsewhere: `before`, then `after`."""

    def __init__(self, *, keep_duplicates: bool = False) -> None:
        self._duplicates = None if keep_duplicates else Duplicates()
        self._unseen: set[str] = set()  # ids of what went on unopened

    def before(self, items: Iterable[Incoming]) -> Iterator[Incoming]:
        """The items in order, those that are not let in as refusals. Unopened ones pass."""
        for item in items:
            if isinstance(item, Sealed):
                self._unseen.add(item.id)
                yield item
            else:
                yield item if isinstance(item, Refusal) else self._judged(item)

    def opened(self, items: Iterable[Incoming]) -> Iterator[Received | Refusal]:
        """Like `before`, opening documents on the way: for reading in this process."""
        for item in items:
            found = open_sealed(item) if isinstance(item, Sealed) else item
            yield found if isinstance(found, Refusal) else self._judged(found)

    def after(self, found: Iterable[Reading | Refusal]) -> Iterator[Reading | Refusal]:
        """Readings in order; one of what came unopened and turns out to be a duplicate becomes a refusal."""
        for one in found:
            yield one if isinstance(one, Refusal) else self._judged_reading(one)

    def remember(self, article: Article) -> None:
        """An article that was read in an earlier run."""
        if self._duplicates is not None:
            self._duplicates.refused(article)

    def _judged(self, item: Received) -> Received | Refusal:
        return self._repeated(item.article) or refused_for_language(item.article) or item

    def _judged_reading(self, reading: Reading) -> Reading | Refusal:
        if reading.article.id not in self._unseen:
            return reading
        self._unseen.discard(reading.article.id)
        return self._repeated(reading.article) or reading

    def _repeated(self, article: Article) -> Refusal | None:
        return self._duplicates.refused(article) if self._duplicates is not None else None
