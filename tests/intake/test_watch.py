"""Following feeds: each article once, politely, going on after a break."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import handmade_documents as made
import pytest

from detente.errors import ArticleRefused
from detente.intake.fetch import Fetched, FetchRefused
from detente.intake.polite import Polite
from detente.intake.watch import Found, State, StateInvalid, feeds_in, new_in
from detente.read.article import Received
from detente.types import Refusal

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)
FEED = "https://courier.example/feed"


class Web:
    """Answers from a table; what is not in it is not found."""

    def __init__(self, **pages: bytes | int) -> None:
        self.pages: dict[str, Any] = {FEED: made.feed(made.item(1), made.item(2)), **pages}
        for n in (1, 2, 3):
            self.pages.setdefault(
                f"https://courier.example/talks-{n}", made.page(f"Talks {n}", body=None).replace(b"Monday", b"day %d" % n)
            )
        self.asked: list[str] = []
        self.tag = '"1"'

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        self.asked.append(url)
        page = self.pages.get(url, 404)
        if isinstance(page, int):
            raise FetchRefused(url, f"the server answers {page}", status=page)
        if url == FEED and etag == self.tag:
            return Fetched(url, b"", changed=False)
        return Fetched(url, page, "text/html", self.tag)


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State.load(tmp_path / "state.json")


def round_of(state: State, web: Web, now: datetime = NOW, store: bool = True) -> list[Found]:
    found = list(new_in([FEED], state, web, now=now))
    for one in found:
        if store and one.key:
            state.stored(one.key, now)
    return found


def test_new_entries_come_with_the_text_of_their_pages(state: State) -> None:
    first, _ = round_of(state, Web())
    assert isinstance(first.item, Received)
    article = first.item.article
    assert article.text.startswith("Arvania and Belmora met")
    assert (article.title, article.published_at) == ("Talks, day 1", "2024-03-04T10:01:00+00:00")
    assert (article.publisher, article.url) == ("The Courier", "https://courier.example/talks-1")


def test_what_was_stored_does_not_come_again(state: State) -> None:
    web = Web()
    round_of(state, web)
    web.tag, web.pages[FEED] = '"2"', made.feed(made.item(1), made.item(2), made.item(3))
    assert [one.key for one in round_of(state, web)] == ["courier.example/talks-3"]


def test_what_was_not_stored_comes_again(state: State) -> None:
    web = Web()
    round_of(state, web, store=False)
    web.tag = '"2"'
    assert len(round_of(state, web)) == 2


def test_a_feed_that_has_not_changed_is_not_sent_again(state: State) -> None:
    web = Web()
    round_of(state, web)
    before = len(web.asked)
    assert round_of(state, web) == []
    assert web.asked[before:] == [FEED]


def test_the_state_survives_on_the_disk(state: State) -> None:
    round_of(state, Web())
    state.save()
    assert round_of(State.load(state.path), Web()) == []


def test_a_full_text_in_the_feed_needs_no_page(state: State) -> None:
    web = Web()
    web.pages[FEED] = made.feed(made.item(1, text="They met in Sarn and spoke. " * 80))
    (found,) = round_of(state, web)
    assert isinstance(found.item, Received)
    assert web.asked == [FEED]


def test_a_page_that_is_gone_leaves_what_the_feed_holds(state: State) -> None:
    web = Web(**{"https://courier.example/talks-1": 404})
    found = round_of(state, web)[0].item
    assert isinstance(found, Received)
    assert found.article.text == "The first lines."
    assert "only what the feed holds was read" in found.notes[0].reason


def test_a_page_that_is_forbidden_does_not_keep_the_feed_from_being_asked_conditionally(state: State) -> None:
    web = Web(**{"https://courier.example/talks-1": 403})
    assert len(round_of(state, web)) == 2
    assert state.feeds[FEED].etag == web.tag
    assert round_of(state, web) == []


def test_a_page_in_trouble_is_tried_again_in_later_rounds(state: State) -> None:
    web = Web(**{"https://courier.example/talks-1": 503})
    assert [one.key for one in round_of(state, web)] == ["courier.example/talks-2"]
    web.pages["https://courier.example/talks-1"] = made.page()
    assert [one.key for one in round_of(state, web)] == ["courier.example/talks-1"]


def test_a_feed_that_fails_is_left_alone_longer_each_time(state: State) -> None:
    web = Web(**{FEED: 500})
    (found,) = round_of(state, web)
    assert isinstance(found.item, Refusal)
    assert round_of(state, web, NOW + timedelta(minutes=14)) == []
    assert len(round_of(state, web, NOW + timedelta(minutes=16))) == 1
    assert round_of(state, web, NOW + timedelta(minutes=40)) == []


def test_old_entries_are_forgotten(state: State) -> None:
    state.stored("old", NOW - timedelta(days=91))
    state.stored("new", NOW)
    state.forget(NOW)
    assert list(state.seen) == ["new"]


def test_a_state_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(StateInvalid, match="holds no state of a watch"):
        State.load(tmp_path / "x.json")


class TestLists:
    def test_opml_lists_feeds_each_once(self, tmp_path: Path) -> None:
        path = tmp_path / "feeds.opml"
        outline = f'<outline xmlUrl="{FEED}"/>'
        path.write_text(f'<opml><body><outline text="News">{outline}</outline>{outline}<outline xmlUrl="x"/></body></opml>')
        assert feeds_in([str(path), "https://a.example/rss"]) == [FEED, "https://a.example/rss"]

    @pytest.mark.parametrize("data", ["<opml", '<!DOCTYPE a [<!ENTITY b "c">]><opml/>', "", "<a>" * 20_000])
    def test_what_is_no_list_is_refused(self, tmp_path: Path, data: str) -> None:
        path = tmp_path / "feeds.opml"
        path.write_text(data)
        with pytest.raises(ArticleRefused):
            feeds_in([str(path)])


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class TestManners:
    @staticmethod
    def polite(**pages: Any) -> tuple[Polite, Clock]:
        clock = Clock()
        site = {f"https://courier.example/{name.replace('__', '.')}": page for name, page in pages.items()}
        return Polite(Web(**site), now=clock.now, sleep=clock.sleep), clock

    def test_a_host_gets_a_pause_between_two_requests(self) -> None:
        polite, clock = self.polite(a=b"x", b=b"y")
        polite.get("https://courier.example/a")
        before = clock.at
        polite.get("https://courier.example/b")
        assert clock.at - before == 3.0

    def test_robots_txt_may_ask_for_more(self) -> None:
        polite, clock = self.polite(robots__txt=b"User-agent: *\nCrawl-delay: 20\n", a=b"x", b=b"y")
        polite.get("https://courier.example/a")
        before = clock.at
        polite.get("https://courier.example/b")
        assert clock.at - before == 20.0

    def test_robots_txt_is_obeyed(self) -> None:
        polite, _ = self.polite(robots__txt=b"User-agent: *\nDisallow: /a\n", a=b"x", b=b"y")
        with pytest.raises(FetchRefused, match=r"robots.txt of courier.example forbids it") as refused:
            polite.get("https://courier.example/a")
        assert refused.value.status == 403
        assert polite.get("https://courier.example/b").body == b"y"

    def test_rules_that_cannot_be_had_forbid_everything(self) -> None:
        polite, _ = self.polite(robots__txt=503, a=b"x")
        with pytest.raises(FetchRefused, match="cannot be had") as refused:
            polite.get("https://courier.example/a")
        assert refused.value.status is None

    def test_a_server_in_trouble_is_left_alone_longer_each_time(self) -> None:
        polite, clock = self.polite(a=503)
        waits = []
        for _ in range(3):
            with pytest.raises(FetchRefused):
                polite.get("https://courier.example/a")
            (host,) = polite._hosts.values()
            waits.append(host.next_at - clock.at)
            clock.at = host.next_at
        assert waits == [60.0, 120.0, 240.0]

    def test_one_that_rests_is_not_asked(self) -> None:
        polite, _ = self.polite(a=503)
        for _ in range(2):
            with pytest.raises(FetchRefused) as refused:
                polite.get("https://courier.example/a")
            (host,) = polite._hosts.values()
            host.next_at += 600
        assert "left alone" in refused.value.reason
