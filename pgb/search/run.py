"""The verb ``search``: chunks of runs and proofs given out, folded in order, stopped in time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from pgb.errors import InputError
from pgb.problem_files import ProblemFile, problem_of
from pgb.problems import Objective
from pgb.search.chunk import chunk_size, pack
from pgb.search.claims import Claim, Predicate, claim_of
from pgb.search.landscape import Landscape
from pgb.search.records import Chunk
from pgb.search.session import Progress, Session, Settings
from pgb.search.starts import Distribution, checked_distribution
from pgb.search.store import Store, identity_of
from pgb.search.workforce import Workforce

_MOST_STARTS = 10**7


def search(
    problem: Objective | ProblemFile | str | Path,
    *,
    starts: int = 1000,
    saddles: int = 0,
    time: float | None = None,
    seed: int = 0,
    distribution: Distribution = "mixed",
    prove: bool = False,
    until: Claim | str | Predicate | None = None,
    store: str | Path | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    keep_interrupted: bool = False,
) -> Landscape:
    """Search for the critical points of an objective by descent from many starts.

    Args:
        problem: an objective, a problem file, or the path or name of one.
        starts: runs that look for local minima.
        saddles: further runs that look for critical points of any index, from the first so many of
            the same starts.
        time: seconds after which no more work is given out; with ``prove`` half of it is for
            runs. The result then depends on the speed of the machine.
        seed: of the starts.
        distribution: of the starts, see ``pgb.search.starts.draw``.
        prove: try to prove each distinct point.
        until: a claim such as ``pgb.search.claims.every_local_minimum_is_global``, its name, or a
            predicate of proved points; the search stops at the first proved point that refutes
            it (or satisfies the predicate), which is ``landscape.counterexample``.
        store: file that takes results as they come and gives back those that it has, also after a
            kill, and also for more starts.
        executor: any futures executor; by default a pool of own processes where the work repays
            their start. The result does not depend on it.
        workers: processes of the own pool, by default one for each core.
        progress: called with the state of affairs whenever it changed.
        keep_interrupted: on a KeyboardInterrupt return what was found so far, instead of raising
            it; ``landscape.work.interrupted`` is then True.

    Raises:
        InputError: for arguments out of range, or a store that holds something else.
    """
    objective = problem_of(problem).objective
    counts = {"starts": starts, "saddles": saddles, "seed": seed}
    _validate(counts, time)
    name, low, high = checked_distribution(distribution)
    shown = f"{name}:{low!r}:{high!r}" if name == "uniform" else name
    claim = None if until is None else claim_of(until)
    payload = pack(objective)
    size = chunk_size(objective)
    settings = Settings(starts, saddles, time, seed, shown, prove, claim, keep_interrupted)
    force = Workforce(executor, workers, main_needed=b"__main__" in payload)
    kept = None if store is None else Store(store, identity_of(objective, shown, seed, size))
    session = Session(objective, payload, settings, force, kept, progress)
    finished = False
    try:
        landscape = session.run(plan(size, settings, kept.chunks() if kept else []))
        finished = not session.interrupted
        return landscape
    finally:
        force.close(abandon=not finished)
        if kept is not None:
            kept.close()


def plan(size: int, settings: Settings, stored: list[Chunk]) -> Iterator[Chunk]:
    """The chunks of a search in the order of folding; stored ones that cover theirs as they are."""
    known = {(chunk.stage, chunk.number): chunk for chunk in stored}
    for stage, asked in enumerate((settings.starts, settings.saddles)):
        numbers = [number for known_stage, number in known if known_stage == stage]
        for number in range(max([math.ceil(asked / size), *(n + 1 for n in numbers)])):
            wanted = Chunk(stage, number, number * size, min((number + 1) * size, asked))
            kept = known.get((stage, number))
            if kept is not None and kept.stop >= wanted.stop:
                yield kept
            elif wanted.stop > wanted.first:
                yield wanted


def landscape_of_store(path: str | Path) -> Landscape:
    """What a store holds, see ``Landscape.from_store``."""
    with Store(path, None) as store:
        meta = store.meta
        objective = store.objective()
        settings = Settings(
            int(meta.get("starts", 0)),
            int(meta.get("saddles", 0)),
            None,
            int(meta["seed"]),
            meta["distribution"],
            False,
            None,
        )
        session = Session(objective, b"", settings, Workforce(workers=1), store, None)
        return session.recall(store.chunks())


def _validate(counts: dict[str, Any], time: Any) -> None:
    problems = [
        f"{name}: found {value!r}, expected an integer from 0 to {_MOST_STARTS}"
        for name, value in counts.items()
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_STARTS
    ]
    if time is not None and not (isinstance(time, (int, float)) and 0 < time < float("inf")):
        problems.append(f"time: found {time!r}, expected a positive number of seconds")
    if problems:
        raise InputError(problems)
