"""Data sets in which samples repeat, agree and contradict each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pgb.numbers import Array
from pgb.problems import Data
from pgb.strategies.arrays import as_objects, float_arrays, positive_rationals, rationals


def data_sets(
    *,
    input_dimension: int | None = None,
    output_dimension: int | None = None,
    unit: str = "real",
    samples: tuple[int, int] = (1, 5),
    weighted: bool | None = None,
    distinct: bool = False,
    exact: bool = True,
) -> SearchStrategy[Data]:
    """Data sets with small entries.

    Inputs are picked from a small pool, so that samples repeat; their targets are drawn one by one,
    so that repeated samples agree or contradict each other. ``distinct`` asks for distinct inputs.
    Dimensions left at None are drawn (1 or 2). ``unit`` is what the targets are: "real" numbers,
    "sign" (-1 or 1), or a "class" index below ``output_dimension``. ``weighted=None`` draws
    whether there are sample weights. ``exact=False`` gives float64 inputs and real targets.
    """

    @st.composite
    def draw_data(draw: st.DrawFn) -> Data:
        d_x = draw(st.integers(1, 2)) if input_dimension is None else input_dimension
        lowest = 2 if unit == "class" else 1
        d_y = draw(st.integers(lowest, 2)) if output_dimension is None else output_dimension
        inputs = draw(_inputs(d_x, samples, distinct, exact))
        m = len(inputs)
        targets = draw(_targets(unit, m, d_y, exact))
        with_weights = draw(st.booleans()) if weighted is None else weighted
        weights = draw(_vectors(m, positive_rationals(2))) if with_weights else None
        return Data(inputs, targets, weights)

    return draw_data()


def _inputs(
    d_x: int, samples: tuple[int, int], distinct: bool, exact: bool
) -> SearchStrategy[Array]:
    """Rows of a small pool of points, in any order and multiplicity (or once each)."""
    points = float_arrays((d_x,)) if not exact else _vectors(d_x, rationals(2))
    low, high = samples
    if distinct:
        rows = st.lists(points, min_size=low, max_size=high, unique_by=_key)
        return rows.map(np.stack)
    pools = st.lists(points, min_size=1, max_size=high)
    return pools.flatmap(
        lambda pool: st.lists(st.sampled_from(pool), min_size=low, max_size=high).map(np.stack)
    )


def _key(point: Array) -> tuple[Any, ...]:
    return tuple(float(v) if isinstance(v, float) else (int(v.p), int(v.q)) for v in point)


def _targets(unit: str, m: int, d_y: int, exact: bool) -> SearchStrategy[Array]:
    if unit == "class":
        labels = st.lists(st.integers(0, d_y - 1), min_size=m, max_size=m)
        return labels.map(lambda v: np.array(v, dtype=np.int64))
    if unit == "sign":
        signs = st.sampled_from([fmpq(-1), fmpq(1)])
        return _vectors(m * d_y, signs).map(lambda v: v.reshape(m, d_y))
    if not exact:
        return float_arrays((m, d_y))
    return _vectors(m * d_y, rationals(2)).map(lambda v: v.reshape(m, d_y))


def _vectors(length: int, elements: SearchStrategy[fmpq]) -> SearchStrategy[Array]:
    values = st.lists(elements, min_size=length, max_size=length)
    return values.map(lambda v: as_objects(v, (length,)))
