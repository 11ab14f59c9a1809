"""Parameter vectors and candidates for a given objective."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pgb.numbers import Array
from pgb.problems import Candidate, Objective
from pgb.strategies.arrays import exact_arrays, float_arrays, rationals
from pgb.strategies.problems import objectives


def parameter_vectors(size: int, *, exact: bool | None = True) -> SearchStrategy[Array]:
    """Flat parameter vectors: rationals with many zeros, or float64; None draws which."""
    structured = exact_arrays((size,), st.one_of(st.just(0), rationals(2)))
    if exact is None:
        return st.one_of(structured, float_arrays((size,)))
    return structured if exact else float_arrays((size,))


def candidates(objective: Objective, *, exact: bool | None = True) -> SearchStrategy[Candidate]:
    """Candidates for the parameters of ``objective``."""
    vectors = parameter_vectors(objective.size, exact=exact)
    return vectors.map(lambda v: Candidate.from_vector(objective.parameters, v))


def any_candidates() -> SearchStrategy[Candidate]:
    """Candidates for objectives that are drawn too."""
    return objectives().flatmap(candidates)
