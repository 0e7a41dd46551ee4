"""Main text, titles and dates of HTML pages, beside plain trafilatura.

    python -m benchmarks.extraction PAGES_WITH_TEXT PAGES_WITH_SNIPPETS

Both are JSON lines, gzipped or not. PAGES_WITH_TEXT: {"url", "html", "article"}; scored by the words of the article (each as
often as it occurs), precision, recall and F1 averaged over pages. PAGES_WITH_SNIPPETS: {"url", "html", "with", "without",
"title", "date"}; the share of snippets that must be there and are, of those that must not and are not, and of titles and
dates that are right.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Extract = Callable[[str, str], Any]


def ours(html: str, url: str) -> Any:
    """As `detente read` does it: text, title and date of the article, or nothing."""
    from detente.intake.sealed import Sealed, open_sealed

    found = open_sealed(Sealed("page", url, "html", html.encode("utf-8-sig", "replace"), url=url))
    return (
        {"text": found.article.text, "title": found.article.title, "date": found.article.published_at}
        if hasattr(found, "article")
        else {}
    )


def plain(html: str, url: str) -> Any:
    """trafilatura as it comes."""
    from trafilatura import bare_extraction

    found = bare_extraction(html, url=url, with_metadata=True)
    return {"text": found.text, "title": found.title, "date": found.date} if found is not None else {}


def words(text: str | None) -> Counter[str]:
    return Counter(re.findall(r"\w+", text or ""))


def rates(gold: Counter[str], found: Counter[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the words."""
    common = (gold & found).total()
    p, r = common / max(1, found.total()), common / max(1, gold.total())
    return p, r, 2 * p * r / (p + r) if common else 0.0


def texts(pages: Sequence[Any], extract: Extract) -> str:
    found = [rates(words(page["article"]), words(extract(page["html"], page["url"]).get("text"))) for page in pages]
    return "  ".join(f"{100 * sum(one[n] for one in found) / len(found):.1f}" for n in range(3))


def snippets(pages: Sequence[Any], extract: Extract) -> str:
    counts: Counter[str] = Counter()
    for page in pages:
        found = extract(page["html"], page["url"])
        text = " ".join((found.get("text") or "").split())
        for name, wanted in (("with", True), ("without", False)):
            counts[name] += sum((" ".join(s.split()) in text) == wanted for s in page[name])
            counts[f"all {name}"] += len(page[name])
        for name in ("title", "date"):
            if page.get(name):
                counts[name] += same(page[name], found.get(name))
                counts[f"all {name}"] += 1
    return "  ".join(f"{name} {counts[name]}/{counts[f'all {name}']}" for name in ("with", "without", "title", "date"))


def same(gold: str, found: str | None) -> bool:
    """Whether a title or date is right: letters and digits decide."""
    one, other = (re.sub(r"\W+", "", s or "").lower() for s in (gold, found))
    return one == other


def lines(path: Path) -> list[Any]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream if line.strip()]


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.extraction")
    parser.add_argument("with_text", type=Path)
    parser.add_argument("with_snippets", type=Path)
    given = parser.parse_args()
    gold, partial = lines(given.with_text), lines(given.with_snippets)
    for name, extract in (("detente", ours), ("trafilatura", plain)):
        begun = time.perf_counter()
        main_text = texts(gold, extract)
        seconds = time.perf_counter() - begun
        print(f"{name:<12} words P R F1: {main_text}   {len(gold) / seconds:.0f} pages/s")
        print(f"{'':<12} {snippets(partial, extract)}")


if __name__ == "__main__":
    main()
