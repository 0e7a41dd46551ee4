"""A Ray cluster of several nodes on this machine, as `ray start` makes them on several."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.scale.processes import kill_all, start

STARTED_S = 300.0


@contextmanager
def nodes(number: int, log: Path) -> Iterator[tuple[str, list[int]]]:
    """So many nodes of one core; gives the address for `--cluster` and the process of each node."""
    os.environ.setdefault("RAY_AUTH_MODE", "disabled")  # else a head asks for a token where one lies in the home folder
    port, client = _free_port(), _free_port()
    head = ["--head", f"--port={port}", f"--ray-client-server-port={client}", "--include-dashboard=false"]
    begun: list[subprocess.Popen[bytes]] = []
    try:
        begun.append(_node(head, log))
        _wait_for(client, begun[0], log)
        begun += [_node([f"--address=127.0.0.1:{port}"], log) for _ in range(number - 1)]
        yield f"ray://127.0.0.1:{client}", [one.pid for one in begun]
    finally:
        for one in reversed(begun):
            kill_all(one.pid)
            one.wait()


def _node(options: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    ray = str(Path(sys.executable).with_name("ray"))
    return start([ray, "start", "--block", "--num-cpus=1", "--disable-usage-stats", *options], log)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int, head: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTED_S
    while time.monotonic() < until and head.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.3)
    raise SystemExit(f"the head of the cluster does not listen at port {port}:\n{log.read_text(errors='replace')[-2000:]}")
