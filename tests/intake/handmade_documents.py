"""Documents of each kind about invented states, made by hand."""

from __future__ import annotations

import io
import zipfile
from typing import Any

BODY = (
    "Arvania and Belmora met in Sarn on Monday to talk about the Irel Strait, officials said.",
    "“We will not close the strait,” Foreign Minister Ilan Torvek told reporters after the talks had ended.",
    "Mara Selk, a spokeswoman, said that the two sides would meet again in Costavera within the month.",
    "Belmora has sent three ships to the strait since January, which Arvania has called a provocation.",
)
TEXT = "\n\n".join(BODY)

COMMENT_FORM = """
<div id="jp-post-flair"><div class="sharedaddy">Share this: <a href="#">Twitter</a> <a href="#">Facebook</a></div></div>
<div id="comments"><h2>One thought on “Talks in Sarn”</h2><ol><li class="comment"><p>This is all a lie, as everybody knows.</p>
</li></ol><div id="respond"><h3>Leave a Reply</h3><form><p>Fill in your details below, or choose an icon to log in:</p>
<p>You are commenting using your account. ( Log Out / Change )</p><textarea name="comment"></textarea></form></div></div>
<footer id="colophon">Blog at Example. Up ↑ <script>document.write("%d bloggers like this:")</script></footer>"""


def page(title: str = "Talks in Sarn", body: str | None = None, head: str = "", after: str = COMMENT_FORM) -> bytes:
    """A page of a blog, with a comment form below the article."""
    paragraphs = body if body is not None else "".join(f"<p>{p}</p>" for p in BODY)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} | The Courier</title>'
        f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="The Courier">'
        f'<meta property="article:published_time" content="2024-03-04T10:00:00+00:00">'
        f'<meta name="author" content="Livia Montaro">'
        f'{head}</head><body><nav><a href="/">Home</a> <a href="/world">World</a></nav><article><h1>{title}</h1>'
        f'<div class="entry-content">{paragraphs}</div></article>{after}</body></html>'
    ).encode()


def feed(*items: str, title: str = "The Courier") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'.encode()


def item(n: int, base: str = "https://courier.example", text: str = "The first lines.") -> str:
    return (
        f"<item><title>Talks, day {n}</title><link>{base}/talks-{n}</link><guid>{n}</guid>"
        f"<pubDate>Mon, 04 Mar 2024 10:0{n}:00 GMT</pubDate><description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
    )


def letter(body: str = TEXT, kind: str = "plain") -> bytes:
    return (
        f"From: Press Office <press@foreign.example>\r\nTo: desk@courier.example\r\nSubject: Statement on the talks\r\n"
        f"Date: Mon, 04 Mar 2024 10:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{body}"
    ).encode()


def docx(*paragraphs: str) -> bytes:
    from docx import Document

    document = Document()
    document.core_properties.title = "Statement on the talks"
    document.core_properties.author = "Press Office"
    for paragraph in paragraphs or BODY:
        document.add_paragraph(paragraph)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def pdf(text: str = "Arvania and Belmora met in Sarn, officials said.") -> bytes:
    """The smallest PDF with one line of text."""
    content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (Statement) /Author (Press Office) /CreationDate (D:20240304100000Z) >>",
    ]  # fmt: skip
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + trailer


def zipped(**files: bytes) -> bytes:
    """A ZIP; two underscores in a name stand for a dot."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return stream.getvalue()


def warc(*pages: tuple[str, bytes], status: str = "200 OK", kind: str = "text/html") -> bytes:
    """Records of answers, as a crawler keeps them."""
    out = b""
    for url, body in pages:
        http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        out += (
            (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{len(out):032d}>\r\n"
                f"WARC-Date: 2024-03-05T08:00:00Z\r\n"
                f"WARC-Target-URI: {url}\r\nContent-Type: application/http\r\nContent-Length: {len(http)}\r\n\r\n"
            ).encode()
            + http
            + b"\r\n\r\n"
        )
    return out


def parquet(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stream)
    return stream.getvalue()
