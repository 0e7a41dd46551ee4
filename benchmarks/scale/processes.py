"""Processes of a run: started in a group of their own, their memory, and how they are killed. Linux."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
GRACE_S = 20.0  # for those that should notice that their parent is gone


def start(call: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """The command in a session of its own, with the package of this checkout; what it says goes to the log."""
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    with log.open("ab") as stream:
        return subprocess.Popen(call, stdout=stream, stderr=stream, env=environment, start_new_session=True)


def tree(pid: int) -> list[int]:
    """The process and its descendants."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
    return found


def memory_mib(pids: Sequence[int]) -> float:
    """Proportional set sizes together: what is shared counts once."""
    return sum(map(_pss, pids)) / 1024


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) for line in lines if line.startswith("Pss:"))


def called(pid: int) -> str:
    """Its command line, or its title if it has given itself one; empty if there is no such process."""
    try:
        data = Path(f"/proc/{pid}/cmdline").read_bytes()
        return "" if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text() else data.replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def kill(pids: Sequence[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def kill_all(root: int) -> None:
    """A process and all below it, the uppermost first, so that nobody is put in another's place."""
    kill(tree(root))


def kill_parent(root: int) -> None:
    """Only the process itself; those below it are to end by themselves."""
    below = tree(root)[1:]
    kill([root])
    left = _outlasting(below, GRACE_S)
    if left:
        print(f"  {len(left)} processes outlasted their parent by {GRACE_S:.0f} s and were killed too", flush=True)
        kill(left)


def _outlasting(pids: Sequence[int], seconds: float) -> list[int]:
    until = time.monotonic() + seconds
    left = [pid for pid in pids if called(pid)]
    while left and time.monotonic() < until:
        time.sleep(0.2)
        left = [pid for pid in left if called(pid)]
    return left


def one_called(title: str, roots: Sequence[int], chance: random.Random) -> int | None:
    """One of the processes below `roots` with this in its title."""
    found = [pid for root in roots for pid in tree(root) if title in called(pid)]
    return chance.choice(found) if found else None


Killer = Callable[[int, Sequence[int], random.Random], bool]  # run, nodes of a cluster; whether somebody was there


def _actor(run: int, nodes: Sequence[int], chance: random.Random) -> bool:
    actor = one_called("ray::MapWorker", [run, *nodes], chance)
    kill([actor] if actor else [])
    return actor is not None


def _all(run: int, nodes: Sequence[int], chance: random.Random) -> bool:
    kill_all(run)
    return True


def _driver(run: int, nodes: Sequence[int], chance: random.Random) -> bool:
    kill_parent(run)
    return True


KILLERS: dict[str, Killer] = {"all": _all, "driver": _driver, "actor": _actor}
