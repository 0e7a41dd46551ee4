"""DuckDB as the forecasts use it."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from detente.forecast.database import breaking_off, connect


def test_ctrl_c_in_a_query_is_ctrl_c() -> None:
    with connect() as db:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt), breaking_off():
            db.execute("SELECT sum(hash(i)) FROM range(20_000_000_000) t(i)").fetchall()


def test_another_error_stays_what_it_is() -> None:
    with pytest.raises(RuntimeError, match="no room"), breaking_off():
        raise RuntimeError("no room")
