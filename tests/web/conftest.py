"""The site over the example crisis; a whole folder of tests is left out where the web parts are not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the web pages need detente[web]")

from fastapi.testclient import TestClient
from site_of_crisis import client, crisis_ledger


@pytest.fixture(scope="session")
def crisis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crisis_ledger(tmp_path_factory.mktemp("web") / "crisis.ledger")


@pytest.fixture(scope="module")
def site(crisis: Path) -> TestClient:
    return client(crisis, reads_per_s=0)  # tests ask faster than people
