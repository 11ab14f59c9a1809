"""Midpoint-radius numbers: large products, exact zeros, overflow (see test_enclosures.py)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given
from hypothesis import strategies as st

from pgb.numbers import Balls, MidRad

AR = MidRad()
ENTRIES = st.one_of(
    st.floats(-2, 2),
    st.sampled_from([0.0, 1.0, -1.0, 1e16, -1e16, 1e-16, 1e300, -1e300, 1e-310, 5e-324, 1e-160]),
    st.floats(-1e160, 1e160),
)


@given(st.data(), st.integers(1, 3), st.integers(0, 6), st.integers(1, 3))
def test_matrix_products_enclose_exact_ones(data: Any, m: int, k: int, n: int) -> None:
    def draw(rows: int, columns: int, strategy: Any) -> Any:
        flat = data.draw(st.lists(strategy, min_size=rows * columns, max_size=rows * columns))
        return np.array(flat, dtype=np.float64).reshape(rows, columns)

    radii = st.one_of(st.just(0.0), st.floats(0, 1e-3), st.just(5e-324))
    a, b = draw(m, k, ENTRIES), draw(k, n, ENTRIES)
    ra, rb = (draw(m, k, radii), draw(k, n, radii)) if data.draw(st.booleans()) else (0 * a, 0 * b)
    signs = [draw(m, k, st.sampled_from([-1.0, 1.0])), draw(k, n, st.sampled_from([-1.0, 1.0]))]
    found = AR.matmul(AR.interval(a, ra), AR.interval(b, rb))
    assert found.shape == (m, n)
    if k == 0:
        assert AR.certainly_zero(found).all()
        return
    left, right = (exact_matrix(x, r * s) for x, r, s in zip((a, b), (ra, rb), signs, strict=True))
    truth = left * right
    for i in range(m):
        for j in range(n):
            if np.isfinite(found.rad[i, j]):
                distance = truth[i, j] - exact(found.mid[i, j])
                assert abs(distance) <= exact(found.rad[i, j])


def exact(value: float) -> fmpq:
    return fmpq(*float(value).as_integer_ratio())


def exact_matrix(centers: Any, shifts: Any) -> fmpq_mat:
    entries = [exact(c) + exact(s) for c, s in zip(centers.ravel(), shifts.ravel(), strict=True)]
    return fmpq_mat(*centers.shape, entries)


@pytest.mark.parametrize(("m", "k", "n"), [(40, 300, 30), (1, 1000, 1), (64, 64, 64)])
def test_large_cancelling_products_enclose_exact_ones(m: int, k: int, n: int) -> None:
    rng = np.random.default_rng(k)
    a, b = rng.standard_normal((m, k)), rng.standard_normal((k, n))
    a[:, 1::2] = -a[:, ::2] * (1 + 1e-13)
    b[1::2] = b[::2]
    for left, right in ((a, b), (a * 1e-170, b * 1e-150), (a * 1e150, b)):
        found = AR.matmul(AR.asarray(left), AR.asarray(right))
        zeros = np.zeros_like
        truth = exact_matrix(left, zeros(left)) * exact_matrix(right, zeros(right))
        for i, j in [(0, 0), (m - 1, n - 1), (m // 2, n // 2)]:
            assert abs(truth[i, j] - exact(found.mid[i, j])) <= exact(found.rad[i, j])
        assert np.all(found.rad <= 1.2e-16 * (k + 10) * np.abs(left) @ np.abs(right) + 1e-290)


def test_products_with_exact_zeros_are_exact_zeros() -> None:
    wide = AR.interval([[1.0, 0.0], [2.0, 0.0]], [[5.0, 0.0], [1e300, 0.0]])
    assert AR.certainly_zero(AR.matmul(wide, wide)).tolist() == [[False, True], [False, True]]
    tiny = AR.asarray([[1e-200]])
    assert not AR.certainly_zero(tiny * tiny).any()
    assert not AR.certainly_zero(AR.matmul(tiny, tiny)).any()


def test_small_integers_stay_exact() -> None:
    x = AR.asarray([[3, 4], [5, 6]])
    for y in (x + 1, AR.ones((2, 2)), x - x, 2 * x, x / 2, -x, x + AR.asarray([0.5])):
        assert not y.rad.any()


def test_undefined_and_overflowing_numbers_are_never_certain() -> None:
    undefined = AR.log(AR.interval([0], [1]))
    overflow = AR.asarray([1e308]) * 10
    examples = [undefined, overflow, AR.asarray([np.inf, np.nan]), AR.exp(AR.asarray([800]))]
    examples += [1 / AR.interval([0], [1]), 1 / AR.zeros((1,)), AR.asarray([1e308]) + overflow]
    examples += [
        -2 * AR.asarray([1.7e308]),
        AR.interval([1.0], [1.7e308]) + AR.interval([0], [1e308]),
    ]
    examples += [AR.matmul(overflow.reshape((1, 1)), AR.ones((1, 1))), AR.sum(overflow + overflow)]
    for x in examples:
        z = x.reshape((-1,))
        results = [z, 0 * z, z - z, 1 / z, AR.positive_part(z), AR.absolute(z), AR.tanh(z), z / 4]
        results += [AR.where_nonnegative(z, z, -z), AR.where_nonnegative(z, 0 * z + 1, 0 * z + 1)]
        for y in results:
            for test in (AR.certainly_positive, AR.certainly_zero, AR.certainly_nonzero):
                assert not test(y).any(), (x, y)
            assert np.isnan(AR.to_float(y)).all()
            assert np.isinf(AR.upper(y)).all()


def test_balls_are_enclosed(encloses: Any) -> None:
    with Balls(200) as balls:
        x = balls.ball([Fraction(1, 3), 10**400, 0], [Fraction(1, 10**9), 1, 0])
        found = AR.from_balls(x)
    assert encloses(found[0], Fraction(1, 3) + Fraction(1, 10**9)) and found.rad[0] < 1.001e-9
    assert np.isinf(found.rad[1]) and AR.certainly_zero(found[2:]).all()


DOUBLES = st.one_of(st.floats(-40, 40), st.floats(allow_nan=False, allow_infinity=False))
RADII = st.one_of(st.just(0.0), st.floats(0, 30), st.sampled_from([5e-324, 1e-300, 1e300]))


@given(st.lists(st.tuples(DOUBLES, RADII), min_size=1, max_size=8))
def test_upper_bounds_and_sums(pairs: list[tuple[float, float]]) -> None:
    centers, radii = (np.array(part) for part in zip(*pairs, strict=True))
    x = AR.interval(centers, radii)
    for bound, center, radius in zip(AR.upper(x), centers, radii, strict=True):
        assert bound == np.inf or Fraction(bound) >= abs(Fraction(center)) + Fraction(radius)
    total = AR.sum(x)
    if np.isfinite(total.rad):
        truth = sum(Fraction(c) for c in centers), sum(Fraction(r) for r in radii)
        mid, rad = Fraction(float(total.mid)), Fraction(float(total.rad))
        assert abs(truth[0] - mid) + truth[1] <= rad
