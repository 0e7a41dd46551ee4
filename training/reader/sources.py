"""Every corpus the reader model is fitted to, as documents by source."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from detente.read.actors import ActorTable
from detente.read.article import is_iso_date
from detente.read.encoder import Encoder
from detente.read.masking import masked
from detente.read.party_odds import PartyLinks
from detente.read.reader import published_on, understand
from detente.read.words import Word, find_words
from detente.types import Article
from reader.corpora import Document, attribution_layers, load_polnear, load_treebank, read_lines
from reader.labels import corpus_texts, labelled
from reader.tasks import Seen, load_events, load_factual, load_gold_records, load_loaded, load_pairs, load_stories, load_suites

HERE = Path(__file__).parent.parent
HELD_OUT = 10  # every tenth row of PLV and BABE stays out of training, to measure with


def held_out(number: int) -> bool:
    """Whether a row of PLV or BABE is kept for measuring."""
    return number % HELD_OUT == 0


def load_documents(corpora: Path, model: Path) -> dict[str, list[Document]]:
    """Documents by the names of the mixture; `model` is the folder of the reader that finds who is named in events."""
    texts = corpus_texts(corpora)
    events = load_event_documents(corpora, model)
    in_events = {d.id for d in events}
    return {
        "polnear": list(load_polnear(corpora / "polnear/train.jsonl.gz")),
        "ewt": list(load_factual(corpora / "ud/ewt_train.conllu.gz", corpora / "factuality/uds_ih2_train.jsonl.gz")),
        "gum": list(load_treebank(corpora / "ud/gum_train.conllu.gz", open_only=True)),
        "statements": [*_statements(texts, in_events), *[d for d in events if d.tags is not None]],
        "events": events,
        "coded": without_measured(_coded(corpora / "plover"), corpora),
        "pairs": list(load_pairs(corpora / "plover/plv_train.jsonl", held_out)),
        "loaded": [d for n, d in enumerate(load_loaded(corpora / "bias/babe_sg2.jsonl")) if not held_out(n)],
    }


def _coded(folder: Path) -> Iterator[Document]:
    """Sentences with one event each: somewhere in it, or at the words that are marked."""
    yield from load_gold_records(folder / "gsr.jsonl")
    yield from load_stories(folder / "ngec_synthetic.jsonl.gz")
    yield from load_suites([folder / f"petr{n}.jsonl" for n in (1, 2)], folder / "cameo_codes.tsv")


def without_measured(documents: Iterable[Document], corpora: Path) -> list[Document]:
    """Without the PLV sentences that nothing may be fitted to: PLV was made of the PLOVER gold records."""
    test = read_lines(corpora / "plover/plv_test_public_part.jsonl")
    own = (row for number, row in enumerate(read_lines(corpora / "plover/plv_train.jsonl")) if held_out(number))
    measured = {_squeezed(row["sentence"]) for row in (*test, *own)}
    return [d for d in documents if _squeezed(d.text) not in measured]


def _squeezed(text: str) -> str:
    """The letters and digits of a text, by which the same sentence is known in another corpus."""
    return re.sub(r"\W+", " ", text).strip().lower()


def load_event_documents(corpora: Path, model: Path) -> list[Document]:
    """Articles and sentences with annotated events: the gold, our own annotations, synthetic articles."""
    texts = corpus_texts(corpora)
    attributions = {row["id"]: row["attributions"] for row, _ in labelled(HERE / "labels/statements.jsonl", texts)}
    reader = SceneReader(Encoder.load(model, 2), ActorTable.shipped())
    return without_measured(_events(corpora, texts, attributions, reader), corpora)


def _statements(texts: dict[str, dict[str, Any]], in_events: set[str]) -> Iterator[Document]:
    for row, article in labelled(HERE / "labels/statements.jsonl", texts):
        if row["id"] not in in_events:
            doc = Document(row["id"], article["text"], find_words(article["text"]))
            attribution_layers(doc, row["attributions"])
            yield doc


def _events(
    corpora: Path, texts: dict[str, dict[str, Any]], attributions: dict[str, Any], reader: SceneReader
) -> Iterator[Document]:
    gold = list(read_lines(corpora / "events/train.jsonl"))
    articles = {r["id"]: r for r in read_lines(corpora / "events/train_articles.jsonl")}
    yield from load_events(gold, articles, reader.scene, attributions)
    for row, article in labelled(HERE / "labels/events.jsonl", texts):
        sentences = [{"doc": row["id"], **s} for s in row["sentences"]]
        yield from load_events(sentences, {row["id"]: article}, reader.scene, attributions)
    for row in _synthetic():
        sentences = [{"doc": row["id"], **s} for s in row["sentences"]]
        named = reader.knowing(row["actors"])
        yield from load_events(sentences, {row["id"]: row}, named.scene, {row["id"]: row["attributions"]})


def _synthetic() -> Iterator[dict[str, Any]]:
    """Articles written for this purpose about invented states, with their own actors: `training/synthetic`."""
    for path in sorted((HERE / "synthetic").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


BODIES = re.compile(
    r"\b(?:union|nations|front|organi[sz]ation|league|compact|council|agency|bank|fund|party|movement|army|pact|alliance|court"
    r"|forum|association|commission|community|brigades?|rebels|committee|group|congress|guild|corps|assembly|bloc|treaty)\b",
    re.I,
)


def _actor_file(code: str, words: list[str]) -> Iterator[str]:
    """Entries of an actor file for one actor: its name, and by their form adjective, citizens, persons; the rest are seats."""
    name, *others = dict.fromkeys(words)
    if BODIES.search(name) or name.isupper() or len(code) != 3:
        yield _entry("organisation", code=code, name=name, aliases=others)
        return
    kin = [w for w in others if " " not in w and w[:3] == name[:3]]
    persons = [w for w in others if " " in w and w.split()[-1] in others and not w.lower().startswith("the ")]
    surnames = {p.split()[-1] for p in persons}
    seats = [w for w in others if w not in kin and w not in persons and w not in surnames]
    adjectives, citizens = [w for w in kin if not w.endswith("s")], [w for w in kin if w.endswith("s")]
    yield _entry("state", code=code, name=name, capitals=seats, citizens=citizens, adjectives=adjectives)
    for person in persons:
        yield _entry("person", code=code, name=" ".join(person.split()[-2:]), surname_suffices=True)


def _entry(kind: str, **fields: Any) -> str:
    return "\n".join([f"[[{kind}]]", *(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in fields.items() if v), ""])


class SceneReader:
    """What the shipped reader makes of an article before its events are read: who is named, who speaks, how words hang."""

    def __init__(self, encoder: Encoder, table: ActorTable) -> None:
        self.encoder, self.table = encoder, table

    def scene(self, article: dict[str, Any], words: list[Word]) -> Seen:
        published = str(article.get("published_at") or "")[:10].replace("/", "-")
        known = Article("", article["text"], None, published if is_iso_date(published) else None)
        atoms = self.table.atoms(words, published_on(known))
        shown = masked(words, self.table.named(words, atoms))
        encoded = self.encoder.encode([shown])[0]
        scene = understand(known, words, atoms, encoded, self.encoder, self.table)
        return Seen(scene, shown, PartyLinks.of(encoded, self.encoder.matrices))

    def knowing(self, actors: list[dict[str, Any]]) -> SceneReader:
        """The same with invented states: `[{"code", "words"}]`."""
        entries = [line for a in actors if a["words"] for line in _actor_file(a["code"], a["words"])]
        with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as file:
            file.write("\n".join(entries))
            file.flush()
            return SceneReader(self.encoder, self.table.extended(Path(file.name)))


__all__ = ["SceneReader", "held_out", "load_documents"]
