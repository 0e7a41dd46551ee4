"""Opening: what is no ledger is left alone, old ones are brought up to date, writers wait for each other."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from news import RECORDED, Act, ledger, news, on

from detente.errors import LedgerBusy, LedgerMissing, LedgerTooNew, LedgerUnwritable, NotALedger
from detente.ledger import queries, schema
from detente.ledger.connection import open_ledger, writing
from detente.ledger.write import write_readings

ONE = news("a", "2024-03-04", "Courier", "Arvania demanded an answer.", [Act("REQUEST", "ARV", "BMR", "demanded")])


def test_a_missing_ledger_is_told_with_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissing, match=r"no ledger at .*detente read"):
        open_ledger(tmp_path / "none.ledger")
    assert not (tmp_path / "none.ledger").exists()


def test_a_ledger_in_a_missing_folder_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissing, match="no folder"):
        open_ledger(tmp_path / "none" / "a.ledger", create=True)


@pytest.mark.parametrize(
    "content", [b"just some text, longer than a header of a database would be", b"SQLite format 3\x00" + b"\x01" * 200]
)
def test_another_file_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(NotALedger, match="not a ledger"):
        open_ledger(path, create=True)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE t (x)")
    db.commit()
    db.close()
    before = path.read_bytes()
    with pytest.raises(NotALedger, match="something else"):
        open_ledger(path, create=True)
    assert path.read_bytes() == before


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotALedger, match="is a folder"):
        open_ledger(tmp_path)


def test_a_ledger_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    db = ledger(tmp_path, ONE)
    db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(LedgerTooNew, match="newer version of detente"):
        open_ledger(tmp_path / "relations.ledger")


def test_a_ledger_in_a_folder_that_cannot_be_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger(tmp_path, ONE).close()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    db = open_ledger(tmp_path / "relations.ledger")
    assert len(queries.articles(db, known_by=on("2024-03-04"))) == 1
    with pytest.raises(LedgerUnwritable, match="no permission"):
        list(write_readings(db, [ONE, ONE], now=RECORDED))
    with pytest.raises(LedgerUnwritable, match="no permission"):
        open_ledger(tmp_path / "relations.ledger", create=True)


def test_migrations_are_recorded_and_run_once(tmp_path: Path) -> None:
    db = ledger(tmp_path)
    rows = db.execute("SELECT number, name FROM migrations").fetchall()
    assert [tuple(r) for r in rows] == [(n, name) for n, (name, _) in enumerate(schema.MIGRATIONS, 1)]
    db.close()
    assert schema.version_of(open_ledger(tmp_path / "relations.ledger")) == schema.NEWEST


def test_a_ledger_of_the_first_tables_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that is added later runs on a ledger that knows only the first one, and keeps what is in it."""
    ledger(tmp_path, ONE).close()
    later = (*schema.MIGRATIONS[:1], ("a column", "ALTER TABLE decisions ADD COLUMN person TEXT;"))
    monkeypatch.setattr("detente.ledger.connection.NEWEST", 2)
    monkeypatch.setattr("detente.ledger.connection.migrate", lambda db: schema.migrate(db, later))
    db = open_ledger(tmp_path / "relations.ledger")
    assert schema.version_of(db) == 2
    assert "person" in [r[1] for r in db.execute("PRAGMA table_info(decisions)")]
    assert len(queries.articles(db, known_by=on("2024-03-04"))) == 1


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    db = ledger(tmp_path, ONE)
    broken = (*schema.MIGRATIONS, ("broken", "CREATE TABLE half (x);\nINSERT INTO nowhere VALUES (1);"))
    with pytest.raises(sqlite3.OperationalError):
        schema.migrate(db, broken)
    assert schema.version_of(db) == schema.NEWEST
    assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchone()


def test_a_second_writer_waits_and_says_so(tmp_path: Path) -> None:
    db = ledger(tmp_path)
    path = tmp_path / "relations.ledger"
    code = (
        "import sys, sqlite3, time\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None); db.execute('BEGIN IMMEDIATE'); print('holding', flush=True)\n"
        "time.sleep(1.6); db.execute('COMMIT')"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "holding\n"
        told: list[str] = []
        started = time.monotonic()
        with writing(db, tell=told.append):
            pass
        assert time.monotonic() - started > 0.5
    assert len(told) == 1
    assert "another process is writing" in told[0]


def test_a_writer_gives_up_in_the_end(tmp_path: Path) -> None:
    db, other = ledger(tmp_path), open_ledger(tmp_path / "relations.ledger")
    other.execute("BEGIN IMMEDIATE")
    db.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(LedgerBusy, match="try again"), writing(db, wait_s=0.05):
        pass


def test_others_read_while_one_writes(tmp_path: Path) -> None:
    db, other = ledger(tmp_path, ONE), open_ledger(tmp_path / "relations.ledger")
    with writing(db):
        db.execute("DELETE FROM cache")
        assert len(queries.articles(other, known_by=on("2024-03-04"))) == 1


def test_a_writer_that_is_killed_leaves_whole_articles(tmp_path: Path) -> None:
    path = tmp_path / "relations.ledger"
    code = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from news import *\nfrom detente.ledger.write import write_readings\n"
        "db = open_ledger(sys.argv[1], create=True)\n"
        "many = (news(str(n), '2024-03-04', 'C', f'Arvania demanded answer {n} of Belmora.',"
        " [Act('REQUEST', 'ARV', 'BMR', 'demanded')]) for n in range(100000))\n"
        "for w in write_readings(db, many, now=RECORDED, batch=3): print(w.name, flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(path), str(Path(__file__).parent.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        told = [writer.stdout.readline().strip() for _ in range(20)]
        writer.kill()
    db = open_ledger(path)
    known = {a.name for a in queries.articles(db, known_by=on("2024-03-04"))}
    assert set(told) <= known
    assert len(queries.reports_between(db, ["ARV"], ["BMR"], known_by=on("2024-03-04"))) == len(known)
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
