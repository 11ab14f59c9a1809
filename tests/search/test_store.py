"""The store: nothing found is lost, nothing is done twice, no other file is taken for one."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pgb import InputError, Objective
from pgb.problem_files import ProblemFile, write_problem
from pgb.search import Landscape, search
from pgb.search.chunk import run_chunk

KILLS = 20 if os.environ.get("PGB_DEEP") else 5
SIZE = 16
STARTS = 640


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgb.search.run.chunk_size", lambda _: SIZE)


def everything(landscape: Landscape) -> dict[str, Any]:
    """All that a landscape says, but for how long it took and where it came from."""
    found = landscape.to_json_object()
    del found["seconds"]
    return found


def test_a_finished_search_is_read_and_not_repeated(
    decayed: Objective, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "s.db"
    first = search(decayed, starts=64, prove=True, store=store, workers=1)

    def unwanted(*_: object) -> None:
        raise AssertionError("work was given out")

    monkeypatch.setattr("pgb.search.session.run_chunk", unwanted)
    monkeypatch.setattr("pgb.search.session.prove_point", unwanted)
    again = search(decayed, starts=64, prove=True, store=store, workers=1)
    assert everything(again) == everything(first)
    assert again.work.from_store == 64
    assert [p.certificate for p in again.points] == [p.certificate for p in first.points]
    assert everything(Landscape.from_store(store)) == everything(first)


def test_more_starts_go_on_from_there(
    decayed: Objective, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, ran = tmp_path / "s.db", []

    def counting(task: Any) -> Any:
        ran.append((task.chunk.first, task.chunk.stop))
        return run_chunk(task)

    monkeypatch.setattr("pgb.search.session.run_chunk", counting)
    search(decayed, starts=40, store=store, workers=1)
    more = search(decayed, starts=70, saddles=20, store=store, workers=1)
    assert ran == [(0, 16), (16, 32), (32, 40), (32, 48), (48, 64), (64, 70), (0, 16), (16, 20)]
    assert everything(more) == everything(search(decayed, starts=70, saddles=20, workers=1))
    fewer = search(decayed, starts=10, store=store, workers=1)
    assert fewer.runs == 90


def test_points_that_lose_their_rank_are_proved_bad_later(
    decayed: Objective, tmp_path: Path
) -> None:
    """A minimum that was the lowest when it was proved is compared with a lower one found later."""
    store = tmp_path / "s.db"
    seed = next(
        seed
        for seed in range(20)
        if search(decayed, starts=1, seed=seed, workers=1).points[0].value > 0.055
    )
    early = search(decayed, starts=1, seed=seed, prove=True, store=store, workers=1)
    late = search(decayed, starts=64, seed=seed, prove=True, store=store, workers=1)
    assert [point.bad for point in early.minima] == [None]
    assert [point.bad for point in late.minima] == [None, True]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 1}, "another seed (0, not 1)"),
        ({"distribution": "normal"}, "another distribution of starts (mixed, not normal)"),
    ],
)
def test_results_of_another_search_are_refused(
    decayed: Objective, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    search(decayed, starts=16, store=tmp_path / "s.db", workers=1)
    with pytest.raises(InputError) as caught:
        search(decayed, starts=16, store=tmp_path / "s.db", workers=1, **changes)
    assert len(caught.value.problems) == 1
    assert f"found results of {words}, expected" in str(caught.value)


def test_results_of_another_problem_or_version_are_refused(
    decayed: Objective, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "s.db"
    search(decayed, starts=16, store=store, workers=1)
    other = Objective(decayed.model, decayed.data, weight_decay=0.002)
    with pytest.raises(InputError, match="found results of another problem, expected"):
        search(other, starts=16, store=store, workers=1)
    monkeypatch.setattr("pgb.search.store.__version__", "9.9")
    with pytest.raises(InputError, match=r"another version of pgb \(.*, not 9.9\)"):
        search(decayed, starts=16, store=store, workers=1)


def database_of_somebody_else(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE chunks (a)")
    connection.close()


def test_other_files_are_refused_and_left_alone(decayed: Objective, tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("not a database, but longer than the header of one: " + "x" * 200)
    database_of_somebody_else(other)
    for path in (text, other):
        before = path.read_bytes()
        with pytest.raises(InputError, match="found a file that is no store"):
            search(decayed, starts=16, store=path, workers=1)
        with pytest.raises(InputError, match="found a file that is no store"):
            Landscape.from_store(path)
        assert path.read_bytes() == before
    with pytest.raises(InputError, match=r"store: found no file .*missing.db"):
        Landscape.from_store(tmp_path / "missing.db")
    with pytest.raises(InputError, match=r"s.db: found no folder .*no folder, expected one that"):
        search(decayed, starts=16, store=tmp_path / "no folder" / "s.db", workers=1)
    with pytest.raises(InputError, match="found a folder, expected a file or a new name"):
        search(decayed, starts=16, store=tmp_path, workers=1)
    with pytest.raises(InputError, match="found that it cannot be opened"):
        search(decayed, starts=16, store="/proc/s.db", workers=1)


def test_a_store_that_cannot_be_written_is_one_sentence(
    decayed: Objective, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgb.search.store._PATIENCE", 0.1)
    store = tmp_path / "s.db"
    before = search(decayed, starts=16, store=store, workers=1)
    writer = sqlite3.connect(store, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(
            InputError, match=r"found a file that cannot be written \(database is l"
        ):
            search(decayed, starts=32, store=store, workers=1)
    finally:
        writer.close()
    assert everything(Landscape.from_store(store)) == everything(before)


def test_a_file_that_a_kill_left_empty_becomes_a_store(decayed: Objective, tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    store.touch()
    assert search(decayed, starts=16, store=store, workers=1).runs == 16


def test_the_arithmetic_of_floats_survives_the_store(decayed: Objective, tmp_path: Path) -> None:
    found = search(decayed, starts=32, store=tmp_path / "s.db", workers=1)
    kept = Landscape.from_store(tmp_path / "s.db")
    for one, other in zip(found.points, kept.points, strict=True):
        assert one.parameters.tobytes() == other.parameters.tobytes()
        assert one.value == other.value


COMMAND = """
import sys
import pgb.search.run
import pgb.search.workforce
pgb.search.run.chunk_size = lambda _: 16
pgb.search.workforce._WORTH_A_POOL = 0.0
from pgb.cli import main
main()
"""


def start(problem: Path, store: Path, workers: int) -> subprocess.Popen[bytes]:
    options = ["--starts", str(STARTS), "--prove", "--store", str(store), "--workers", str(workers)]
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "search", str(problem), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def committed(store: Path) -> int:
    """Chunks in the store, which must be sound."""
    if not store.exists() or store.stat().st_size == 0:
        return 0
    connection = sqlite3.connect(store)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables == (0,):
            return 0
        return int(connection.execute("SELECT count(*) FROM chunks").fetchone()[0])
    finally:
        connection.close()


def test_a_search_killed_at_random_moments_ends_with_the_same_landscape(
    decayed: Objective, tmp_path: Path
) -> None:
    problem, store = tmp_path / "p.toml", tmp_path / "s.db"
    write_problem(ProblemFile(decayed), problem)
    chance, done, kills = random.Random(0), 0, 0
    while kills < KILLS:
        running = start(problem, store, workers=1 + kills % 2)
        # Most of the first second goes into imports; from the last kill on, work is under way.
        time.sleep(chance.uniform(0.2, 1.0))
        moment = time.monotonic()
        while committed(store) < min(done + kills % 3, STARTS // SIZE):
            assert time.monotonic() < moment + 60
            time.sleep(chance.uniform(0.0, 0.05))
        running.send_signal(signal.SIGKILL)
        running.communicate()
        kills += 1
        assert committed(store) >= done
        done = committed(store)
    last = start(problem, store, workers=2)
    assert (last.communicate()[1], last.returncode) == (b"", 0)
    resumed = Landscape.from_store(store)
    whole = search(decayed, starts=STARTS, prove=True, workers=1)
    assert everything(resumed) == everything(whole)
