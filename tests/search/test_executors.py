"""Whoever does the work, the result is the same; workers that are lost do not matter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from pgb import InputError, Objective, PgbError
from pgb.problem_files import ProblemFile, write_problem
from pgb.search import Landscape, search
from pgb.search.executors import Pool, dask_executor
from pgb.search.workforce import Job, Workforce

STARTS = 160


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgb.search.run.chunk_size", lambda _: 16)
    monkeypatch.setattr("pgb.search.workforce._WORTH_A_POOL", 0.0)


@pytest.fixture(scope="module")
def alone(decayed: Objective) -> dict[str, Any]:
    """The landscape found in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pgb.search.run.chunk_size", lambda _: 16)
        return everything(search(decayed, starts=STARTS, prove=True, workers=1))


def everything(landscape: Landscape) -> dict[str, Any]:
    found = landscape.to_json_object()
    del found["seconds"]
    return found


def test_two_processes_find_the_same(decayed: Objective, alone: dict[str, Any]) -> None:
    found = search(decayed, starts=STARTS, prove=True, workers=2)
    assert everything(found) == alone


def test_any_executor_will_do(decayed: Objective, alone: dict[str, Any]) -> None:
    with ThreadPoolExecutor(1) as executor:
        found = search(decayed, starts=STARTS, prove=True, executor=executor)
    assert everything(found) == alone


def is_worker(child: psutil.Process) -> bool:
    """Whether a child, which may just have ended, is a process of the pool."""
    try:
        return "resource_tracker" not in str(child.cmdline())
    except psutil.Error:
        return False


def test_a_killed_process_costs_nothing_but_time(decayed: Objective, alone: dict[str, Any]) -> None:
    victims: list[int] = []

    def kill_one(_: object) -> None:
        children = psutil.Process().children()
        workers = [child for child in children if is_worker(child)]
        if workers and not victims:
            victims.append(workers[0].pid)
            os.kill(workers[0].pid, signal.SIGKILL)

    found = search(decayed, starts=STARTS, prove=True, workers=2, progress=kill_one)
    assert victims
    assert everything(found) == alone


def _fail(_: object) -> None:
    raise ZeroDivisionError("in the work")


def drain(force: Workforce, function: Callable[[Any], Any], task: Any) -> None:
    try:
        force.expect(1.0)
        list(force.stream([Job(function, task)], 1, None, lambda: 0))
    finally:
        force.close(abandon=True)


def test_work_that_kills_every_worker_is_given_up() -> None:
    with pytest.raises(PgbError, match="lost 4 times with the same piece of work"):
        drain(Workforce(workers=2), os._exit, 1)


def test_a_pool_found_broken_when_work_is_given_out_is_replaced() -> None:
    force = Workforce(workers=2)
    try:
        force.expect(1000.0)
        with pytest.raises(BrokenExecutor):
            force._executor.submit(os._exit, 1).result()
        assert list(force.stream([Job(abs, -3)], 1, None, lambda: 0)) == [3]
    finally:
        force.close(abandon=True)


def test_errors_of_the_work_are_not_retried() -> None:
    with pytest.raises(ZeroDivisionError, match="in the work"):
        drain(Workforce(workers=1), _fail, None)


SCRIPT = """
import pgb.search.run, pgb.search.workforce
pgb.search.run.chunk_size = lambda _: 16
pgb.search.workforce._WORTH_A_POOL = 0.0
print("the script runs")
found = pgb.search.search("{problem}", starts={starts}, workers=2)
print(found.runs)
"""


def test_a_script_needs_no_guard(decayed: Objective, tmp_path: Path) -> None:
    path, problem = tmp_path / "script.py", tmp_path / "p.toml"
    write_problem(ProblemFile(decayed), problem)
    path.write_text(SCRIPT.format(problem=problem, starts=48))
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("the script runs\n48\n", "")


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT.format(problem="diabetes", starts=100_000))
    running = subprocess.Popen([sys.executable, path], stdout=subprocess.DEVNULL)
    children = wait_until(lambda: psutil.Process(running.pid).children(), at_least=2)
    running.kill()
    running.wait()
    gone, alive = psutil.wait_procs(children, timeout=20)
    assert (len(gone), alive) == (len(children), [])


def test_workers_use_one_thread_each() -> None:
    pool = Pool(1)
    try:
        assert pool.submit(os.getenv, "OPENBLAS_NUM_THREADS").result() == "1"
    finally:
        pool.end()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Dask scheduler with two workers, each a process of its own."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as running:
        yield running


def test_a_dask_cluster_finds_the_same(
    cluster: Any, decayed: Objective, alone: dict[str, Any]
) -> None:
    with dask_executor(cluster.scheduler_address) as executor:
        found = search(decayed, starts=STARTS, prove=True, executor=executor)
    assert everything(found) == alone


def test_a_dask_worker_killed_at_work_costs_nothing_but_time(
    cluster: Any, decayed: Objective, alone: dict[str, Any]
) -> None:
    from distributed import Client

    with Client(cluster.scheduler_address) as client:
        victim = next(iter(client.run(os.getpid).values()))
    killed: list[int] = []

    def kill_it(_: object) -> None:
        if not killed:
            killed.append(victim)
            os.kill(victim, signal.SIGKILL)

    with dask_executor(cluster.scheduler_address) as executor:
        found = search(decayed, starts=STARTS, prove=True, executor=executor, progress=kill_it)
    assert killed and not psutil.pid_exists(victim)
    assert everything(found) == alone


def test_an_address_where_nothing_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgb.search.executors._CONNECTION_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with (
            pytest.raises(InputError, match=f"dask: found no scheduler at '{address}'"),
            dask_executor(address),
        ):
            pass


def wait_until(found: Callable[[], list[Any]], at_least: int, seconds: float = 60.0) -> list[Any]:
    end = time.monotonic() + seconds
    while len(found()) < at_least:
        assert time.monotonic() < end
        time.sleep(0.05)
    return found()
