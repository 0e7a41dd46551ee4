"""The tables of the ledger, as migrations. A step is never changed once released: a new one is added at the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

APPLICATION_ID = 0x44544E54  # "DTNT": tells our files from other SQLite files

FIRST = """
CREATE TABLE articles (            -- one row for each version of an article, never changed but for replaced_at
  row INTEGER PRIMARY KEY,
  name TEXT NOT NULL,              -- the id that the article was given
  url_key TEXT,                    -- its address without what does not matter; null where it has none
  digest TEXT NOT NULL,            -- of text, publisher and publication date
  version INTEGER NOT NULL,        -- 1 for the first text seen
  first_row INTEGER NOT NULL,      -- row of the first version
  title TEXT, publisher TEXT, author TEXT, url TEXT, language TEXT NOT NULL,
  text TEXT NOT NULL, words INTEGER NOT NULL,
  published_at TEXT,               -- as given
  known_at TEXT NOT NULL,          -- when it could be known, UTC
  replaced_at TEXT,                -- when a later version could be known, UTC
  recorded_at TEXT NOT NULL,       -- when we wrote it, UTC
  signature BLOB NOT NULL          -- MinHash of its words
);
CREATE UNIQUE INDEX articles_by_digest ON articles (digest, url_key);
CREATE INDEX articles_by_url ON articles (url_key);
CREATE INDEX articles_by_name ON articles (name);
CREATE INDEX articles_by_moment ON articles (known_at, replaced_at);

CREATE TABLE readings (            -- the present reading of each version, as JSON without the text
  article INTEGER PRIMARY KEY REFERENCES articles (row),
  reader TEXT NOT NULL,
  body BLOB NOT NULL,
  recorded_at TEXT NOT NULL
);
CREATE TABLE staged_readings (     -- a reread on its way: takes the place of the readings when it is complete
  article INTEGER PRIMARY KEY REFERENCES articles (row),
  reader TEXT NOT NULL,
  body BLOB NOT NULL
);

CREATE TABLE events (
  number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice; survives a reread where the event does
  article INTEGER NOT NULL REFERENCES articles (row),
  event_type TEXT NOT NULL,
  status TEXT NOT NULL,
  body TEXT NOT NULL,              -- the event as in the reading
  sentence_number INTEGER NOT NULL, sentence_start INTEGER NOT NULL, sentence_end INTEGER NOT NULL,
  sentence TEXT NOT NULL,
  condition TEXT,
  tellers TEXT NOT NULL            -- speakers from the outermost to the innermost
);
CREATE INDEX events_by_article ON events (article);
CREATE TABLE parties (
  code TEXT NOT NULL, event INTEGER NOT NULL, side TEXT NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (code, event, side)
) WITHOUT ROWID;
CREATE INDEX parties_by_event ON parties (event);

CREATE TABLE statements (
  row INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (row),
  body TEXT NOT NULL,              -- the statement as in the reading
  directness TEXT NOT NULL,
  speaker TEXT, code TEXT,
  content TEXT NOT NULL,
  sentence_number INTEGER NOT NULL
);
CREATE INDEX statements_by_article ON statements (article);
CREATE INDEX statements_by_code ON statements (code);

CREATE TABLE loaded_words (        -- how many, by article and voice
  article INTEGER NOT NULL REFERENCES articles (row),
  narrator INTEGER NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (article, narrator)
) WITHOUT ROWID;

CREATE TABLE bands (band INTEGER NOT NULL, hash INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (band, hash, article))
WITHOUT ROWID;
CREATE TABLE copies (              -- pairs of articles with nearly the same words, both ways
  article INTEGER NOT NULL, other INTEGER NOT NULL, likeness REAL NOT NULL, PRIMARY KEY (article, other)
) WITHOUT ROWID;

CREATE TABLE decisions (           -- what people decided about items
  number INTEGER PRIMARY KEY,
  event INTEGER NOT NULL,          -- number of the event that the item had when it was decided about
  place TEXT NOT NULL,             -- JSON: article, sentence, kind, parties: finds the item where a reread lost the event
  verb TEXT NOT NULL,              -- set, confirm, undo
  status TEXT,
  reason TEXT NOT NULL,
  effective_at TEXT NOT NULL,      -- answers as of earlier moments do not see it
  recorded_at TEXT NOT NULL
);

CREATE VIRTUAL TABLE article_words USING fts5 (title, text, content='articles', content_rowid='row',
                                               tokenize="porter unicode61");
CREATE VIRTUAL TABLE statement_words USING fts5 (content, speaker, content='statements', content_rowid='row',
                                                 tokenize="porter unicode61");

CREATE TABLE cache (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;  -- may be emptied at any time
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO facts VALUES ('generation', 0), ('rereads', 0);  -- they grow with every change of what is stored, with every reread
"""

MIGRATIONS: Sequence[tuple[str, str]] = (("first tables", FIRST),)
NEWEST = len(MIGRATIONS)


def version_of(db: sqlite3.Connection) -> int:
    """How many migrations the file has seen; 0 for an empty file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, migrations: Sequence[tuple[str, str]] = MIGRATIONS) -> None:
    """Apply what is missing, each step in a transaction that also records it. The caller holds no transaction."""
    db.execute("BEGIN IMMEDIATE")
    try:
        for number in range(version_of(db), len(migrations)):
            _apply(db, number, *migrations[number])
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _apply(db: sqlite3.Connection, number: int, name: str, script: str) -> None:
    if number == 0:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)")
    for statement in statements_of(script):
        db.execute(statement)
    db.execute("INSERT INTO migrations VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))", (number + 1, name))
    db.execute(f"PRAGMA user_version = {number + 1}")


def statements_of(script: str) -> list[str]:
    """The single statements of a script; `executescript` would commit between them."""
    found, pending = [], ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found
