"""From merged records and proofs to the points of a landscape."""

from __future__ import annotations

from pgb.conditions import Verdict
from pgb.search.landscape import CriticalPoint, EscapeGroup
from pgb.search.merging import Merger
from pgb.search.outcome import Outcome
from pgb.search.proofs import Proof
from pgb.search.records import EscapeRecord, PointRecord
from pgb.search.symmetry import SymmetryGroup

#: The verdict that floats suggest.
_NUMERICAL = {
    Outcome.MINIMUM: Verdict.LOCAL_MINIMUM,
    Outcome.SADDLE: Verdict.NOT_A_LOCAL_MINIMUM,
    Outcome.DEGENERATE: Verdict.UNDECIDED,
    Outcome.ESCAPING: Verdict.ESCAPING,
    Outcome.STALLED: None,
}


def critical_point(
    record: PointRecord, proof: Proof | None, merger: Merger, orbit: tuple[int, int]
) -> CriticalPoint:
    """A point of the landscape, of the lowest value in the merger so far."""
    settled = proof if proof is not None and proof.proved else None
    return CriticalPoint(
        parameters=record.parameters,
        value=record.value,
        gap=_gap(record, merger),
        outcome=record.outcome,
        verdict=_NUMERICAL[record.outcome] if settled is None else Verdict[settled.verdict],
        proved=settled is not None,
        reason=None if proof is None else proof.reason,
        index=_index(record, settled),
        enclosed=settled is not None and _encloses(settled),
        nullity=record.nullity,
        explained=record.explained,
        free=record.free,
        kind=None if settled is None else settled.kind,
        is_global=None if settled is None else settled.is_global,
        bad=None if settled is None else settled.bad,
        radius=None if settled is None else settled.radius,
        hits=record.hits,
        orbit_size=orbit[0],
        orbit_dimension=orbit[1],
        gradient_norm=record.gradient_norm,
        first_start=record.first_start,
        seek=record.seek,
        kinks=record.kinks,
        certificate=None if settled is None else settled.certificate,
    )


def _index(record: PointRecord, proof: Proof | None) -> int:
    """What is proved, or else the index of the Hessian in floats; proved minima have index 0."""
    if proof is None:
        return record.index
    if proof.verdict == Verdict.LOCAL_MINIMUM.name:
        return 0
    return record.index if proof.index is None else proof.index


def _gap(record: PointRecord, merger: Merger) -> float:
    """The excess over the least value; 0 where that is the same up to rounding."""
    lowest = merger.lowest
    if lowest is None or not merger.is_lower(lowest.value, record.value):
        return 0.0
    return record.value - lowest.value


def _encloses(proof: Proof) -> bool:
    return proof.verdict == Verdict.LOCAL_MINIMUM.name or proof.index is not None


def by_value(record: PointRecord) -> tuple[float, int]:
    """The order of points: ascending values."""
    return record.value, record.first_start


def orbit_of(record: PointRecord, group: SymmetryGroup) -> tuple[int, int]:
    """Images of a point under the finite part of the group, dimension of the continuous part."""
    return group.orbit_size(record.parameters), group.orbit_dimension(record.parameters)


def escapes_of(merger: Merger) -> tuple[EscapeGroup, ...]:
    """The ways of escaping, most frequent first."""
    ordered: list[EscapeRecord] = sorted(
        merger.escapes, key=lambda record: (-record.hits, record.first_start)
    )
    return tuple(EscapeGroup(**vars(record)) for record in ordered)
