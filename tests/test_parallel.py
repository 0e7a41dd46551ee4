"""Reading on several processes: ordered, bounded, and no article costs another one its reading."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from readers import missing, obedient, stillborn

from detente import parallel
from detente.errors import ModelMissing
from detente.parallel import Bounds, WorkersLost, read_parallel
from detente.read.article import Received
from detente.types import Article, Reading, Refusal


def articles(*texts: str) -> list[Received]:
    return [Received(Article(f"a{n}", text)) for n, text in enumerate(texts)]


def read(items: Any, workers: int = 2, time_s: float = 30.0, **rest: Any) -> list[Any]:
    return list(read_parallel(items, workers=workers, bounds=Bounds(time_s, 2_048), reader=obedient, **rest))


def test_results_keep_the_order_and_every_item_gives_one() -> None:
    refused = Refusal("b", "was no article")
    items = [*articles("wait", *["calm"] * 60), refused, *articles("calm")]
    found = read(items)
    assert [r.name if isinstance(r, Refusal) else r.article.id for r in found] == [
        i.name if isinstance(i, Refusal) else i.article.id for i in items
    ]


def test_two_workers_share_the_work() -> None:
    found = read(articles(*["wait"] * 50))
    assert len({r.reader for r in found}) == 2


def test_nothing_gives_nothing() -> None:
    assert read([]) == []


def test_a_poisoned_article_is_refused_and_the_others_are_read() -> None:
    found = read(articles("calm", "crash", "calm", "loop", "eat", "fail", "calm"), time_s=1.0)
    assert [isinstance(r, Reading) for r in found] == [True, False, True, False, False, False, True]
    refused = [r for r in found if isinstance(r, Refusal)]
    assert [r.name for r in refused] == ["a1", "a3", "a4", "a5"]
    for one, why in zip(refused, ("crash (SIGSEGV)", "took longer than 1 s", "more memory", "fault in the reader (KeyError")):
        assert why in one.reason


def test_an_article_that_only_waits_is_refused_after_a_longer_while() -> None:
    found = read(articles("hang", "calm"), time_s=0.1)
    assert [isinstance(r, Reading) for r in found] == [False, True]
    assert "took longer than 0.1 s" in found[0].reason


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the clock counts")
def test_time_that_other_work_takes_is_not_counted_against_an_article(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_PATIENCE", 1_000)
    found = read(articles("wait", "calm"), workers=1, time_s=0.05)
    assert all(isinstance(r, Reading) for r in found)


def test_no_more_is_taken_in_than_is_soon_read() -> None:
    taken = 0

    def many() -> Iterator[Received]:
        nonlocal taken
        for item in articles(*["calm"] * 3_000):
            taken += 1
            yield item

    found = read_parallel(many(), workers=1, reader=obedient)
    next(found)
    assert taken <= (parallel.AHEAD + 2) * parallel.BATCH_ARTICLES
    found.close()


def test_stopping_finishes_what_is_in_hand() -> None:
    given: list[str] = []
    taken: list[str] = []

    def endless() -> Iterator[Received]:
        n = 0
        while True:
            taken.append(f"a{n}")
            yield Received(Article(f"a{n}", "calm"))
            n += 1

    for result in read_parallel(endless(), workers=1, reader=obedient, stopping=lambda: bool(given)):
        assert isinstance(result, Reading)
        given.append(result.article.id)
    assert given == taken


def test_a_model_that_is_missing_is_said_as_it_is() -> None:
    with pytest.raises(ModelMissing, match="no model here"):
        list(read_parallel(articles("calm"), workers=1, reader=missing))


def test_workers_that_cannot_start_are_an_error_not_a_loop() -> None:
    with pytest.raises(WorkersLost, match="exit code 3"):
        list(read_parallel(articles("calm"), workers=1, reader=stillborn))


def test_the_shipped_model_reads_the_same_as_in_one_process() -> None:
    import detente

    item = Received(Article("a", "“We will not sign,” Ilan Torvek said on Monday.", published_at="2031-05-02"))
    assert list(read_parallel([item], workers=1)) == list(detente.read_many([item], threads=1))
