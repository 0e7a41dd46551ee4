"""Every source gives articles, and what it cannot give it refuses with a reason."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import handmade_documents as made
import pytest

from detente.intake import limits
from detente.intake.origins import Gauge, find_articles
from detente.intake.sealed import Sealed, open_sealed
from detente.read.article import Given, Received
from detente.types import Article, Refusal


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write_file(content: bytes, name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write_file


def found(*places: Path | str, **given: Any) -> list[Received | Refusal]:
    return [open_sealed(one) if isinstance(one, Sealed) else one for one in find_articles(places, Given(**given))]


def article(path: Path | str, **given: Any) -> Article:
    (one,) = found(path, **given)
    assert isinstance(one, Received), one
    return one.article


def reason(path: Path | str) -> str:
    refused = [one for one in found(path) if isinstance(one, Refusal)]
    assert refused
    return refused[-1].reason


class TestPages:
    def test_a_page_gives_main_text_title_author_publisher_and_date(self, write: Any) -> None:
        one = article(write(made.page(), "talks.html"))
        assert one.text == made.TEXT
        assert (one.id, one.title, one.author, one.publisher) == ("talks", "Talks in Sarn", "Livia Montaro", "The Courier")
        assert one.published_at == "2024-03-04"

    def test_comments_and_their_form_are_left_out(self, write: Any) -> None:
        text = article(write(made.page(), "talks.html")).text
        assert not any(words in text for words in ("Leave a Reply", "everybody knows", "Log Out", "Share this", "bloggers"))

    def test_a_page_is_known_by_its_beginning_too(self, write: Any) -> None:
        assert article(write(made.page(), "talks.txt")).title == "Talks in Sarn"

    def test_nul_bytes_do_no_harm(self, write: Any) -> None:
        assert article(write(made.page().replace(b"Monday", b"Mon\x00day"), "a.html")).text == made.TEXT

    def test_a_page_without_an_article_is_refused(self, write: Any) -> None:
        assert "no main text was found" in reason(write(b"<html><body><a href='/'>Home</a></body></html>", "a.html"))

    @pytest.mark.parametrize("tag", ["div", "b", "table><tr><td", "span", "ul><li"])
    def test_elements_nested_10_000_deep_are_refused_by_name_of_the_limit(self, write: Any, tag: str) -> None:
        deep = made.page(body=f"<{tag}>" * 10_000 + "".join(f"<p>{p}</p>" for p in made.BODY), after="")
        (one,) = found(write(deep, "a.html"))
        assert isinstance(one, Received) or "more than 256 deep" in one.reason

    def test_a_page_beyond_the_limit_is_refused(self, write: Any) -> None:
        path = write(b"<html>" + b"<p>word word</p>" * (limits.MAX_PAGE_BYTES // 16 + 1), "a.html")
        assert reason(path) == "is larger than 10 MB, the limit of one page"

    def test_entities_of_its_own_do_not_unfold(self, write: Any) -> None:
        laughs = b'<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + made.page(
            body="<p>&b;&b; " + made.BODY[0] * 4
        )
        (one,) = found(write(laughs, "a.html"))
        assert isinstance(one, Refusal) or "haha" not in one.article.text

    def test_right_to_left_marks_do_no_harm(self, write: Any) -> None:
        assert article(write(made.page(body="".join(f"<p>\u202e{p}</p>" for p in made.BODY)), "a.html")).text == made.TEXT


class TestDocuments:
    def test_docx(self, write: Any) -> None:
        one = article(write(made.docx(), "statement.docx"), published_at="2024-03-04")
        assert (one.text, one.title, one.author) == (made.TEXT, "Statement on the talks", "Press Office")

    def test_docx_by_its_content(self, write: Any) -> None:
        assert article(write(made.docx(), "statement")).text == made.TEXT

    def test_pdf(self, write: Any) -> None:
        one = article(write(made.pdf(), "statement.pdf"))
        assert one.text == "Arvania and Belmora met in Sarn, officials said."
        assert (one.title, one.author, one.published_at) == ("Statement", "Press Office", "2024-03-04")

    def test_a_pdf_without_text_is_refused(self, write: Any) -> None:
        assert "without text" in reason(write(made.pdf(""), "a.pdf"))

    def test_a_letter(self, write: Any) -> None:
        one = article(write(made.letter(), "a.eml"))
        assert (one.title, one.author, one.published_at) == (
            "Statement on the talks",
            "Press Office",
            "2024-03-04T10:00:00+01:00",
        )
        assert one.text == made.TEXT

    def test_a_letter_in_html(self, write: Any) -> None:
        html = "<html><body>" + "".join(f"<p>{p}</p>" for p in made.BODY) + "</body></html>"
        assert made.BODY[1] in article(write(made.letter(html, "html"), "a.eml")).text

    def test_a_letter_through_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(made.letter())))
        assert article("-").title == "Statement on the talks"

    @pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.eml", "a.html"])
    def test_rubbish_is_refused_or_text(self, write: Any, name: str) -> None:
        assert isinstance(found(write(b"%PDF-1.4 PK\x03\x04 \xff\xfe" * 50, name))[0], Refusal | Received)

    def test_a_document_beyond_the_limit_is_refused(self, write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("detente.intake.origins.MAX_DOCUMENT_BYTES", 1 << 20)
        assert reason(write(b"%PDF-" + bytes(1 << 20), "a.pdf")) == "is larger than 1 MB, the limit of one document"

    def test_a_docx_bomb_is_refused(self, write: Any) -> None:
        assert "more than 200 times its size" in reason(write(made.zipped(word__xml=bytes(70 << 20)), "a.docx"))


class TestTables:
    def test_csv_columns_are_found_by_name(self, write: Any) -> None:
        table = 'Headline;Body;Date;Outlet\nTalks;"They met;\nthey spoke.";2024-03-04;The Courier\n'
        assert article(write(table.encode(), "a.csv")) == Article(
            article(write(table.encode(), "b.csv")).id, "They met;\nthey spoke.", "Talks", "2024-03-04", "The Courier"
        )

    def test_a_row_without_text_does_not_stop_the_others(self, write: Any) -> None:
        assert len(found(write(b"id,text\na,One\nb\n\nc,Three\n", "a.csv"))) == 3

    def test_csv_without_texts_says_what_was_found(self, write: Any) -> None:
        assert 'has no column of texts (found: a, b); name one "text"' in reason(write(b"a,b\n1,2\n", "a.csv"))

    def test_a_50_mb_line_is_refused_by_name_of_the_limit(self, write: Any) -> None:
        assert "line longer than 7 MB" in reason(write(b"id,text\na," + b"x" * (50 << 20), "a.csv"))

    def test_a_field_that_never_ends_is_refused(self, write: Any) -> None:
        assert "a field is longer than 2,000,000 characters" in reason(write(b'text\n"' + b"x\n" * 1_500_000, "a.csv"))

    def test_parquet(self, write: Any) -> None:
        import datetime

        rows = [
            {"id": "a", "body": "They met.", "published": datetime.date(2024, 3, 4)},
            {"id": "b", "body": None, "published": None},
        ]
        one, other = found(write(made.parquet(rows), "a.parquet"))
        assert isinstance(one, Received)
        assert (one.article.text, one.article.published_at) == ("They met.", "2024-03-04")
        assert isinstance(other, Refusal)
        assert other.name.endswith(":2")

    def test_damaged_parquet_is_refused(self, write: Any) -> None:
        assert "is not Parquet that can be read" in reason(write(b"PAR1" + bytes(100), "a.parquet"))

    def test_a_50_mb_line_of_json_is_refused_and_the_next_is_read(self, write: Any) -> None:
        lines = b'{"text": "' + b"x" * (50 << 20) + b'"}\n{"text": "y"}\n'
        one, other = found(write(lines, "a.jsonl"))
        assert isinstance(one, Refusal)
        assert isinstance(other, Received)

    def test_a_list_in_one_line_is_a_list_of_articles(self, write: Any) -> None:
        listed = json.dumps([{"id": "a", "text": "They met."}, {"id": "b", "text": "They left."}]).encode()
        assert [one.article.id for one in found(write(listed, "a.json"))] == ["a", "b"]

    def test_json_may_call_its_fields_as_tables_do(self, write: Any) -> None:
        row = {"headline": "Talks", "content": "They met.", "publish_date": "x", "date": "2024-03-04", "source": "The Courier"}
        one = article(write(json.dumps(row).encode(), "a.jsonl"))
        assert (one.text, one.title, one.published_at, one.publisher) == ("They met.", "Talks", "2024-03-04", "The Courier")

    def test_a_table_in_utf_16_says_what_to_do(self, write: Any) -> None:
        assert "save it as such" in reason(write("id;text\n1;They met.\n".encode("utf-16"), "a.csv"))


class TestCrawls:
    def test_pages_of_a_crawl(self, write: Any) -> None:
        crawl = made.warc(("https://courier.example/talks", made.page()), ("https://courier.example/more", made.page("More")))
        one, other = found(write(crawl, "a.warc"))
        assert isinstance(one, Received)
        assert isinstance(other, Received)
        assert (one.article.id, one.article.url, one.article.text) == ("talks", "https://courier.example/talks", made.TEXT)

    def test_gzipped(self, write: Any) -> None:
        assert article(write(gzip.compress(made.warc(("https://a.example/x", made.page()))), "a.warc.gz")).id == "x"

    def test_what_is_no_page_is_passed_over(self, write: Any) -> None:
        crawl = made.warc(("https://a.example/x", b"no"), status="404 Not Found") + made.warc(
            ("https://a.example/y", b"x"), kind="image/png"
        )
        assert found(write(crawl + made.warc(("https://a.example/z", made.page())), "a.warc"))[0].article.id == "z"  # type: ignore[union-attr]

    def test_a_page_without_a_date_gets_that_of_its_capture_with_a_note(self, write: Any) -> None:
        undated = made.page().replace(b"2024-03-04T10:00:00+00:00", b"")
        (one,) = found(write(made.warc(("https://a.example/x", undated)), "a.warc"))
        assert isinstance(one, Received)
        assert one.article.published_at == "2024-03-05"
        assert "captured" in one.notes[0].reason

    def test_rubbish_after_the_mark_gives_nothing_or_a_refusal(self, write: Any) -> None:
        assert all(isinstance(one, Refusal) for one in found(write(b"WARC/1.0\r\n" + bytes(range(256)) * 20, "a.warc")))

    def test_pages_before_the_place_where_a_file_was_cut_off_are_kept(self, write: Any) -> None:
        records = [gzip.compress(made.warc((f"https://courier.example/{n}", made.page()))) for n in range(3)]
        pages = found(write(b"".join(records)[:-200], "a.warc.gz"))
        assert [isinstance(one, Received) for one in pages] == [True, True, False]


class TestFeeds:
    def test_entries_are_articles(self, write: Any) -> None:
        one, _ = found(write(made.feed(made.item(1), made.item(2)), "a.xml"))
        assert isinstance(one, Received)
        a = one.article
        assert (a.id, a.title, a.publisher, a.url) == (
            "talks-1",
            "Talks, day 1",
            "The Courier",
            "https://courier.example/talks-1",
        )
        assert (a.text, a.published_at) == ("The first lines.", "2024-03-04T10:01:00+00:00")

    def test_entities_of_its_own_are_refused(self, write: Any) -> None:
        laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><rss version="2.0"></rss>'
        assert "declares entities" in reason(write(laughs, "a.rss"))

    def test_what_is_no_feed_is_refused(self, write: Any) -> None:
        assert "is no RSS or Atom feed" in reason(write(b"<?xml version='1.0'?><a/>", "a.xml"))

    def test_a_list_of_feeds_leads_to_watch(self, write: Any) -> None:
        assert "detente watch" in reason(write(b"<opml><body/></opml>", "a.opml"))


class TestContainers:
    def test_a_folder_is_read_by_name_and_what_is_left_out_is_said(self, write: Any, tmp_path: Path) -> None:
        for name in ("b.txt", "a/c.html", "a/.hidden.txt", "logo.png"):
            write(made.page() if name.endswith("html") else b"They met in Sarn.", f"in/{name}")
        *read, refused = found(tmp_path / "in")
        assert [one.article.id for one in read if isinstance(one, Received)] == ["b", "c"]
        assert isinstance(refused, Refusal)
        assert "(1 .png)" in refused.reason

    def test_links_and_pipes_in_a_folder_are_left_alone(self, write: Any, tmp_path: Path) -> None:
        write(b"One.", "in/a.txt")
        os.mkfifo(tmp_path / "in" / "pipe.txt")
        (tmp_path / "in" / "link.txt").symlink_to("/etc/passwd")
        assert [isinstance(one, Received) for one in found(tmp_path / "in")] == [True, False]

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        assert reason(tmp_path) == "is an empty folder"

    def test_an_archive(self, write: Any) -> None:
        inner = made.zipped(deep__html=made.page())
        data = made.zipped(b__txt=b"They met.", a__jsonl=b'{"id": "j", "text": "x"}', inner__zip=inner, logo__png=b"x")
        assert [one.article.id for one in found(write(data, "a.zip")) if isinstance(one, Received)] == ["b", "j", "deep"]

    def test_archives_in_archives_have_an_end(self, write: Any) -> None:
        data = b"They met."
        for n in range(5):
            data = made.zipped(**{f"a{n}__{'zip' if n else 'txt'}": data})
        assert "lies in 2 archives" in reason(write(data, "a.zip"))

    def test_a_zip_bomb_is_refused(self, write: Any) -> None:
        assert "more than 200 times its size, the limit" in reason(write(made.zipped(a__txt=bytes(70 << 20)), "a.zip"))

    def test_a_member_that_lies_about_its_size_is_cut_off(self, write: Any) -> None:
        data = bytearray(made.zipped(a__txt=b"x" * 5_000_000))
        at = data.rindex(b"PK\x01\x02")
        data[at + 24 : at + 28] = struct.pack("<I", 10)  # the size that the directory tells
        assert all(isinstance(one, Refusal) or len(one.article.text) <= 10 for one in found(write(bytes(data), "a.zip")))

    def test_a_damaged_archive(self, write: Any) -> None:
        assert "is a damaged ZIP archive" in reason(write(b"PK\x03\x04 no", "a.zip"))

    def test_a_gzip_bomb_is_refused(self, write: Any) -> None:
        pack = zlib.compressobj(wbits=31)
        lines = b"".join(pack.compress(bytes(1 << 20)) for _ in range(100)) + pack.flush()
        assert "more than 200 times its size" in reason(write(lines, "a.jsonl.gz"))

    def test_damaged_gzip(self, write: Any) -> None:
        assert "damaged or cut off" in reason(write(gzip.compress(b"{" * 9999)[:-12], "a.jsonl.gz"))

    def test_a_gzipped_page(self, write: Any) -> None:
        assert article(write(gzip.compress(made.page()), "talks.html.gz")).id == "talks"

    @pytest.mark.parametrize(
        "data", [made.page(), made.zipped(a__txt=made.TEXT.encode()), made.pdf(), gzip.compress(made.page())]
    )
    def test_standard_input_is_known_by_its_beginning(self, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert "Sarn" in article("-").text

    def test_parquet_through_a_pipe(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read, out = os.pipe()
        os.write(out, made.parquet([{"id": "a", "text": "They met."}]))
        os.close(out)
        with open(read, "rb") as stream:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
            assert article("-").id == "a"


def test_ids_are_unique_in_a_run(write: Any) -> None:
    path = write(b'{"id": "a-2", "text": "x"}\n{"id": "a", "text": "y"}\n{"id": "a", "text": "z"}\n', "x.jsonl")
    ids = [one.article.id for one in found(path, path) if isinstance(one, Received)]
    assert len(ids) == len(set(ids)) == 6


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert reason(tmp_path / "none.txt") == "cannot be read: no such file or directory"


def test_a_private_address_is_refused() -> None:
    assert "private or local address" in reason("http://127.0.0.1/")


def test_a_gauge_ends_at_its_total(write: Any, tmp_path: Path) -> None:
    write(b'{"text": "x"}\n' * 50, "in/a.jsonl")
    write(made.page(), "in/b.html")
    gauge = Gauge.of([tmp_path])
    list(find_articles([tmp_path], gauge=gauge))
    assert gauge.done == gauge.total > 0


def test_json_lines_say_what_they_say(write: Any) -> None:
    line = json.dumps({"id": "a", "text": "T.", "publisher": "P"})
    assert article(write(line.encode(), "a.jsonl"), publisher="Q").publisher == "P"


class TestHeadlines:
    @pytest.mark.parametrize(
        ("title", "heading", "site", "expected"),
        [
            ("Talks in Sarn | The Courier", "Talks in Sarn", None, "Talks in Sarn"),
            ("World - Talks in Sarn - The Courier", "Talks in Sarn", None, "Talks in Sarn"),
            ("Sarn - the city of talks - The Courier", "Sarn - The City of Talks", None, "Sarn - the city of talks"),
            ("Talks in Sarn – The Courier", "Something else", "The Courier", "Talks in Sarn"),
            ("Talks in Sarn – at last", "Something else", "The Courier", "Talks in Sarn – at last"),
            ("The Courier", "Talks", "The Courier", "The Courier"),
            (None, "Talks", "The Courier", None),
        ],
    )
    def test_the_name_of_the_site_is_no_part_of_a_title(self, title: Any, heading: str, site: Any, expected: Any) -> None:
        from detente.intake.pages import headline

        assert headline(title, f"<h1 class='x'>{heading}</h1>".encode(), site) == expected
