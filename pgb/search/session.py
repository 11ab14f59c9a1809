"""One search at work: what is given out, what has come back, what is known so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pgb.problems import Objective
from pgb.search.assembly import by_value, critical_point, escapes_of, orbit_of
from pgb.search.chunk import Task, run_chunk
from pgb.search.claims import Claim
from pgb.search.interrupts import uninterrupted
from pgb.search.landscape import CriticalPoint, Landscape, Work
from pgb.search.merging import Merger
from pgb.search.outcome import Outcome
from pgb.search.proofs import Proof, ProofTask, prove_point
from pgb.search.records import Chunk, ChunkResult, Lowest, PointRecord
from pgb.search.store import Store
from pgb.search.symmetry import group_of
from pgb.search.workforce import Job, Workforce

# Points are proved in this order, each kind by ascending value.
_PROVED_FIRST = (Outcome.MINIMUM, Outcome.DEGENERATE, Outcome.SADDLE)
# Share of the time for runs, where proofs are to follow.
_SHARE_OF_RUNS = 0.5


@dataclass(frozen=True)
class Settings:
    """What a search was asked for, as in ``search``; ``distribution`` in its checked form."""

    starts: int
    saddles: int
    time: float | None
    seed: int
    distribution: str
    prove: bool
    claim: Claim | None
    keep_interrupted: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a search is.

    Attributes:
        stage: "searching" or "proving"; done, total: runs, or points to prove.
        distinct, escaping, proved: points, runs, and points, so far.
        seconds: since the search began.
    """

    stage: str
    done: int
    total: int
    distinct: int
    escaping: int
    proved: int
    seconds: float


class Session:
    """Gives out the chunks and the proofs of one search and folds what comes back.

    Attributes:
        interrupted: whether the user ended it.
    """

    def __init__(
        self,
        objective: Objective,
        payload: bytes,
        settings: Settings,
        force: Workforce,
        store: Store | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._objective, self._payload, self._settings = objective, payload, settings
        self._force, self._store, self._progress = force, store, progress
        self._group = group_of(objective)
        self._merger = Merger(objective, self._group)
        self._proofs: dict[str, Proof] = store.proofs() if store else {}
        self._judged: set[str] = set()
        self._orbits: dict[str, tuple[int, int]] = {}
        self._counterexample: CriticalPoint | None = None
        self._stopped: str | None = None
        self._from_store = 0
        self.interrupted = False
        self._begin = time.perf_counter()

    def run(self, chunks: Iterable[Chunk]) -> Landscape:
        """Run the chunks that are not stored, prove what is to be proved."""
        try:
            self._work(chunks)
        except KeyboardInterrupt:
            if not self._settings.keep_interrupted:
                raise
            self.interrupted = True
            self._stopped = "since it was interrupted"
        return self._landscape()

    def _work(self, chunks: Iterable[Chunk]) -> None:
        self._note()
        planned = list(chunks)
        stored = set(self._store.chunks()) if self._store else set()
        missing = [chunk for chunk in planned if chunk not in stored]
        results = self._results(missing)
        for chunk in planned:
            self._take(chunk, stored, results)
            self._tell("searching", sum(self._merger.counts.values()), self._asked(planned))
            if self._settings.claim is not None and self._refuted(self._settings.claim):
                return
        if self._settings.prove:
            self._prove(self._unproved())

    def recall(self, chunks: Iterable[Chunk]) -> Landscape:
        """What the store holds, without doing anything."""
        assert self._store is not None
        for chunk in chunks:
            self._merger.fold(self._store.result(chunk))
        return self._landscape()

    def _take(
        self, chunk: Chunk, stored: set[Chunk], results: Iterator[ChunkResult | None]
    ) -> None:
        """Fold the next chunk, from the store or from the workers; nothing if time was up."""
        if chunk in stored:
            assert self._store is not None
            kept = self._store.result(chunk)
            with uninterrupted():
                self._merger.fold(kept)
                self._from_store += chunk.stop - chunk.first
            return
        result = next(results)
        if result is None:
            self._stopped = "since the time was up"
        else:
            with uninterrupted():
                self._merger.fold(result)

    def _results(self, chunks: list[Chunk]) -> Iterator[ChunkResult | None]:
        """The results in the order of the chunks, None for those that time did not allow."""
        settings = self._settings
        jobs = (
            Job(run_chunk, Task(self._payload, settings.distribution, settings.seed, chunk))
            for chunk in chunks
        )
        ready: dict[Chunk, ChunkResult] = {}
        finished = self._force.stream(jobs, len(chunks), self._end_of_runs(), lambda: len(ready))
        for chunk in chunks:
            while chunk not in ready:
                result = next(finished, None)
                if result is None:
                    break
                if self._store is not None:
                    self._store.add(result)
                ready[result.chunk] = result
            yield ready.pop(chunk, None)

    def _refuted(self, claim: Claim) -> bool:
        """Prove the points that the claim is about; stop at one that refutes it."""
        judged = [r for r in self._merger.points if r.key in self._proofs]
        if self._stops(claim, [r for r in judged if r.key not in self._judged]):
            return True
        concerned = iter([r for r in self._unproved() if claim.concerns(self._point(r))])
        while batch := list(islice(concerned, self._force.window)):
            self._prove(batch)
            if self._stops(claim, batch):
                return True
            if self._end() is not None and self._seconds_to(self._end()) <= 0:
                break
        return False

    def _stops(self, claim: Claim, records: list[PointRecord]) -> bool:
        """Whether one of these points refutes the claim; the first one is the counterexample."""
        for record in records:
            self._judged.add(record.key)
            point = self._point(record)
            if claim.refuted_by(point):
                self._counterexample = point
                self._stopped = f"at a counterexample to {claim.sentence!r}"
                return True
        return False

    def _prove(self, records: list[PointRecord]) -> None:
        settings, done = self._settings, 0
        jobs = (
            Job(
                prove_point,
                ProofTask(self._payload, r.key, r.parameters, self._better(r), settings.seed),
            )
            for r in records
        )
        for proof in self._force.stream(jobs, len(records), self._end(), lambda: 0):
            self._proofs[proof.key] = proof
            if self._store is not None:
                self._store.add_proof(proof)
            done += 1
            self._tell("proving", done, len(records))
        if done < len(records):
            self._stopped = "since the time was up"

    def _unproved(self) -> list[PointRecord]:
        """Points of which no proof is at hand, or none that knows the lowest point."""
        wanted = [r for r in self._merger.points if self._is_open(r)]
        return sorted(wanted, key=lambda r: (_PROVED_FIRST.index(r.outcome), by_value(r)))

    def _is_open(self, record: PointRecord) -> bool:
        proof = self._proofs.get(record.key)
        if proof is None:
            return True
        better = self._better(record)
        if not proof.proved or proof.bad is not None or better is None:
            return False
        return proof.compared is None or proof.compared > better.value

    def _better(self, record: PointRecord) -> Lowest | None:
        lowest = self._merger.lowest
        lower = lowest is not None and self._merger.is_lower(lowest.value, record.value)
        return lowest if lower else None

    def _point(self, record: PointRecord) -> CriticalPoint:
        key = record.key
        if key not in self._orbits:
            self._orbits[key] = orbit_of(record, self._group)
        return critical_point(record, self._proofs.get(key), self._merger, self._orbits[key])

    def _landscape(self) -> Landscape:
        settings, merger = self._settings, self._merger
        lowest = merger.lowest
        return Landscape(
            objective=self._objective,
            points=tuple(self._point(record) for record in sorted(merger.points, key=by_value)),
            escapes=escapes_of(merger),
            stalled=tuple(self._point(record) for record in merger.stalled),
            counts={outcome: merger.counts.get(outcome.name, 0) for outcome in Outcome},
            lowest=None if lowest is None else (lowest.value, lowest.parameters),
            work=Work(
                starts=settings.starts,
                saddles=settings.saddles,
                seed=settings.seed,
                distribution=settings.distribution,
                seconds=time.perf_counter() - self._begin,
                from_store=self._from_store,
                undecided_pairs=merger.undecided,
                proofs=settings.prove or settings.claim is not None,
                stopped=self._stopped,
                claim=None if settings.claim is None else settings.claim.name,
                interrupted=self.interrupted,
            ),
            counterexample=self._counterexample,
        )

    def _note(self) -> None:
        """The numbers asked for, in the store, for whoever reads it later."""
        if self._store is not None:
            known = self._store.meta
            asked = {"starts": self._settings.starts, "saddles": self._settings.saddles}
            most = {key: max(value, int(known.get(key, 0))) for key, value in asked.items()}
            if any(str(value) != known.get(key) for key, value in most.items()):
                self._store.update_meta(**{key: str(value) for key, value in most.items()})

    def _asked(self, chunks: list[Chunk]) -> int:
        return sum(chunk.stop - chunk.first for chunk in chunks)

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._progress is not None:
            counts = self._merger.counts
            proved = sum(proof.proved for proof in self._proofs.values())
            seconds = time.perf_counter() - self._begin
            distinct, escaping = len(self._merger.points), counts[Outcome.ESCAPING.name]
            self._progress(Progress(stage, done, total, distinct, escaping, proved, seconds))

    def _end(self) -> float | None:
        return None if self._settings.time is None else self._begin + self._settings.time

    def _end_of_runs(self) -> float | None:
        if self._settings.time is None or not self._settings.prove:
            return self._end()
        return self._begin + _SHARE_OF_RUNS * self._settings.time

    def _seconds_to(self, end: float | None) -> float:
        return float("inf") if end is None else end - time.perf_counter()
