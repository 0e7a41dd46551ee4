"""Articles to readings: the model once over many articles, the rest article by article."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from detente.read.actors import ActorTable, Atom, Mention
from detente.read.article import MAX_CHARACTERS, Received, digest_id, is_iso_date, without_surrogates
from detente.read.attribution import Attributed, Attribution, attribute
from detente.read.boilerplate import find_boilerplate
from detente.read.cast import find_cast
from detente.read.dating import Dater
from detente.read.encoder import Encoded, Encoder, shipped_encoder
from detente.read.events import EventReader
from detente.read.loaded import find_loaded
from detente.read.masking import masked
from detente.read.speakers import Resolver
from detente.read.syntax import Syntax, analyse
from detente.read.tense import ClauseTense
from detente.read.timex import find_timexes
from detente.read.words import Word, find_words
from detente.types import Article, Reading, Refusal, Span, Speaker, Statement
from detente.version import READER

GROUP_WORDS = 6_000  # words read by the model at one go: enough for even batches, little memory


@dataclass(frozen=True)
class _Prepared:
    """An article on its way: its words outside boilerplate, what the tables know of them, and as the encoder sees them."""

    article: Article
    notes: tuple[Refusal, ...]
    boilerplate: list[Span]
    words: list[Word]
    atoms: list[Atom]
    shown: list[Word]


def read_many(
    articles: Iterable[Article | Received | Refusal], *, threads: int = 0, actors: Path | str | None = None
) -> Iterator[Reading | Refusal]:
    """Readings in the order of the articles; one that cannot be read becomes a Refusal and the rest goes on.

    threads: 0 means as many as there are cores. actors: a TOML file that adds or overrides actors (ActorFileInvalid).
    Memory does not grow with the number of articles.
    """
    encoder = shipped_encoder(threads)
    table = actor_table(str(actors) if actors else None)
    with ThreadPoolExecutor(max_workers=1) as pool:  # the model reads the next group while this one is decoded
        pending: tuple[list[_Prepared | Refusal], Future[list[Encoded]]] | None = None
        for group in _groups(articles, table):
            texts = [g.shown for g in group if isinstance(g, _Prepared)]
            following = (group, pool.submit(encoder.encode, texts))
            if pending is not None:
                yield from _finish(*pending, encoder, table)
            pending = following
        if pending is not None:
            yield from _finish(*pending, encoder, table)


@lru_cache(maxsize=4)
def actor_table(path: str | None) -> ActorTable:
    """The shipped actors, with those of a file on top."""
    shipped = ActorTable.shipped()
    return shipped.extended(Path(path)) if path else shipped


def _groups(articles: Iterable[Article | Received | Refusal], table: ActorTable) -> Iterator[list[_Prepared | Refusal]]:
    group: list[_Prepared | Refusal] = []
    size = 0
    for item in articles:
        prepared = item if isinstance(item, Refusal) else _prepared(item, table)
        group.append(prepared)
        size += len(prepared.words) if isinstance(prepared, _Prepared) else 0
        if size >= GROUP_WORDS or len(group) >= 64:
            yield group
            group, size = [], 0
    if group:
        yield group


def _prepared(item: Article | Received, table: ActorTable) -> _Prepared | Refusal:
    try:
        return _prepare(item, table)
    except Exception as error:
        return _fault(item.article.id if isinstance(item, Received) else item.id, error)


def _prepare(item: Article | Received, table: ActorTable) -> _Prepared | Refusal:
    article, notes = (item.article, item.notes) if isinstance(item, Received) else (item, ())
    if len(article.text) > MAX_CHARACTERS:
        found = f"{len(article.text):,} characters; at most {MAX_CHARACTERS:,} are read at once"
        return Refusal(article.id, f"{found}: split the text into articles")
    boilerplate = find_boilerplate(article.text)
    words = outside(find_words(article.text), boilerplate)
    atoms = table.atoms(words, published_on(article))
    return _Prepared(article, notes, boilerplate, words, atoms, masked(words, table.named(words, atoms)))


def outside(words: list[Word], boilerplate: Sequence[Span]) -> list[Word]:
    """The words of which no part stands in boilerplate."""
    if not boilerplate:
        return words
    return [w for w in words if not any(b.start < w.end and w.start < b.end for b in boilerplate)]


def _finish(
    group: list[_Prepared | Refusal], encoded: Future[list[Encoded]], encoder: Encoder, table: ActorTable
) -> Iterator[Reading | Refusal]:
    rows = iter(encoded.result())
    for item in group:
        yield item if isinstance(item, Refusal) else _assembled(item, next(rows), encoder, table)


def _assembled(prepared: _Prepared, encoded: Encoded, encoder: Encoder, table: ActorTable) -> Reading | Refusal:
    """The reading; a fault of ours in one article must not cost the rest of the batch."""
    try:
        return _assemble(prepared, encoded, encoder, table)
    except Exception as error:
        return _fault(prepared.article.id, error)


def _fault(name: str, error: Exception) -> Refusal:
    where = traceback.extract_tb(error.__traceback__)[-1]
    fault = f"{type(error).__name__} in {Path(where.filename).name}, line {where.lineno}"
    return Refusal(name, f"the reader failed on it ({fault}); please report it with the text")


@dataclass(frozen=True)
class Scene:
    """What is known of an article before its events are read."""

    attribution: Attribution
    syntax: Syntax
    mentions: list[Mention]
    resolver: Resolver
    statements: tuple[Statement, ...]


def understand(
    article: Article, words: list[Word], atoms: list[Atom], encoded: Encoded, encoder: Encoder, table: ActorTable
) -> Scene:
    """Sentences, statements and everybody named. atoms: what the table knows of the words."""
    on = published_on(article)
    syntax = analyse(words, encoded, encoder)
    attribution = attribute(article.text, words, encoded, encoder)
    mentions = table.compose(article.text, words, atoms)
    resolver = Resolver.of(syntax, find_cast(syntax, mentions, table, on), mentions)
    return Scene(attribution, syntax, mentions, resolver, name_statements(attribution, resolver))


def _assemble(prepared: _Prepared, encoded: Encoded, encoder: Encoder, table: ActorTable) -> Reading:
    """Everything that is found in one article."""
    article = prepared.article
    scene = understand(article, prepared.words, prepared.atoms, encoded, encoder, table)
    syntax, statements, unattributed = scene.syntax, scene.statements, scene.attribution.unattributed
    sentences = [syntax.span(a, b - 1) for a, b in syntax.sentences]
    timexes = find_timexes(article.text, article.published_at, sentences, prepared.boilerplate, ClauseTense(syntax))
    dater = Dater(syntax, timexes, published_on(article))
    events = EventReader(article.text, syntax, encoded, encoder, scene.mentions, scene.resolver, statements, dater).events()
    return Reading(
        article=article,
        reader=READER,
        boilerplate=tuple(prepared.boilerplate),
        sentences=tuple(sentences),
        statements=statements,
        unattributed=tuple(unattributed),
        timexes=tuple(timexes),
        events=events,
        loaded=find_loaded(article.text, syntax, encoded, scene.mentions, statements, unattributed),
        refusals=prepared.notes,
    )


def published_on(article: Article) -> date | None:
    """The day of publication; None where it is not given."""
    return date.fromisoformat(article.published_at[:10]) if article.published_at else None


def name_statements(attribution: Attribution, resolver: Resolver) -> tuple[Statement, ...]:
    """Statements with speakers, addressees and ids, in the order of the text."""
    speakers = resolver.resolve_all(attribution.statements)
    return tuple(
        _statement(k, s, speaker, resolver) for k, (s, speaker) in enumerate(zip(attribution.statements, speakers, strict=True))
    )


def _statement(number: int, s: Attributed, speaker: Speaker | None, resolver: Resolver) -> Statement:
    return Statement(
        id=f"s{number + 1}",
        directness=s.directness,
        source=s.source,
        cue=s.cue,
        content=s.content,
        speaker=speaker,
        addressees=resolver.addressees(s),
        within=f"s{s.within + 1}" if s.within is not None else None,
        alterations=s.alterations,
        as_spoken=s.as_spoken,
        confidence=s.draft.probability,
    )


def read(
    text: str,
    *,
    published_at: str | None = None,
    title: str | None = None,
    publisher: str | None = None,
    author: str | None = None,
    url: str | None = None,
    id: str | None = None,
    actors: Path | str | None = None,
) -> Reading:
    """Read one article given as text. An empty text gives an empty reading.

    published_at: ISO date or date-time; without it relative times stay unresolved. id: the text's digest if not given.
    Raises ArticleRefused for a text that cannot be read and ValueError for a date that is none.
    """
    from detente.errors import ArticleRefused

    if published_at is not None and not is_iso_date(published_at):
        raise ValueError(f"published_at is {published_at!r}: an ISO date (2022-01-09) or date-time is expected")
    text = without_surrogates(text)
    name = id or digest_id(text)
    article = Article(name, text, title, published_at, publisher, author, url)
    result = next(iter(read_many([article], threads=os.cpu_count() or 1, actors=actors)))
    if isinstance(result, Refusal):
        raise ArticleRefused(result.name, result.reason)
    return result


__all__ = ["read", "read_many"]
