"""Every operation on midpoint-radius numbers encloses the image of every point inside."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.numbers import Balls, MidRad
from pgb.numbers.elementary import log

AR = MidRad()
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "erf": mpmath.erf,
    "arctan": mpmath.atan,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "positive_part": lambda x: max(x, mpmath.mpf(0)),
    "absolute": abs,
}
SPECIAL = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-17, -1.0, 0.1, 710.0, -750.0]
MODERATE = st.one_of(
    st.floats(-40, 40), st.floats(-1e-300, 1e-300), st.floats(-800, 800), st.sampled_from(SPECIAL)
)
DOUBLES = st.one_of(
    MODERATE, st.floats(allow_nan=False, allow_infinity=False), st.floats(1 - 1e-15, 1 + 1e-15)
)
RADII = st.one_of(
    st.just(0.0), st.floats(0, 1e-10), st.floats(0, 30), st.sampled_from([5e-324, 1e-300, 1e300])
)
WEIGHTS = st.integers(-8, 8)


def inside(center: float, radius: float, weight: int) -> Fraction:
    return Fraction(center) + Fraction(radius) * Fraction(weight, 8)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(center=MODERATE, radius=RADII, weights=st.lists(WEIGHTS, min_size=1, max_size=3))
def test_image_of_points_inside_is_enclosed(
    name: str, center: float, radius: float, weights: list[int], encloses: Any, at: Any
) -> None:
    image = getattr(AR, name)(AR.interval([center], [radius]))[0]
    for weight in weights:
        point = inside(center, radius, weight)
        if (name == "log" and point <= 0) or (name == "sqrt" and point < 0):
            assert not np.isfinite(image.rad)
        elif np.isfinite(image.rad):
            assert encloses(image, at(FUNCTIONS[name], point)), (point, image)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "erf", "arctan", "sin", "cos", "exp"])
@pytest.mark.parametrize("center", [1e5, -1e5, 1e18, -1e18, 1.7e308, -1.7e308])
def test_far_away_arguments(name: str, center: float, encloses: Any, at: Any) -> None:
    image = getattr(AR, name)(AR.asarray([center]))[0]
    if np.isfinite(image.rad):
        assert encloses(image, at(FUNCTIONS[name], Fraction(center)))
    else:
        assert name in ("sin", "cos", "exp")


@given(DOUBLES, RADII, DOUBLES, RADII, WEIGHTS, WEIGHTS)
def test_field_operations_and_choices_enclose(
    encloses: Any, x: float, rx: float, y: float, ry: float, i: int, j: int
) -> None:
    a, b = inside(x, rx, i), inside(y, ry, j)
    p, q = AR.interval([x], [rx]), AR.interval([y], [ry])
    row, column = AR.stack([p, q], 1), AR.stack([q, p], 0)
    enclosures: dict[str, tuple[Any, Fraction]] = {
        "sum": (p + q, a + b),
        "difference": (p - q, a - b),
        "product": (p * q, a * b),
        "square": (p * p, a * a),
        "matmul": (AR.matmul(row, column), 2 * a * b),
        "sum of entries": (AR.sum(AR.concatenate([p, q, -p, p])), a + b),
        "choice": (AR.where_nonnegative(p, q, 2 * q), b if a >= 0 else 2 * b),
        "half": (p / 2, a / 2),
        "third": (p / 3, a / 3),
        "minus four times": (-4 * p, -4 * a),
        "seven less": (7 - p, 7 - a),
    }
    if b:
        enclosures["quotient"] = (p / q, a / b)
        enclosures["reciprocal"] = (1 / q, 1 / b)
    for name, (found, truth) in enclosures.items():
        assert encloses(found.ravel()[0], truth), (name, found, truth)


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
    assert AR.certainly_zero(AR.matmul(AR.zeros((1, 2)), wide)).all()
    assert AR.certainly_zero(AR.matmul(wide, wide)).tolist() == [[False, True], [False, True]]
    assert AR.certainly_zero(AR.zeros((2, 1)) * wide).all()
    tiny = AR.asarray([[1e-200]])
    assert not AR.certainly_zero(tiny * tiny).any()
    assert not AR.certainly_zero(AR.matmul(tiny, tiny)).any()


def test_small_integers_stay_exact() -> None:
    x = AR.asarray([[3, 4], [5, 6]])
    for y in (x + 1, AR.ones((2, 2)), x - x, 2 * x, x / 2, -x, x + AR.asarray([0.5])):
        assert not y.rad.any()


def test_comparisons_are_certain_or_false() -> None:
    x = AR.interval([0, 1, -1, 0, 0], [1, 0.5, 0.5, 0, 5e-324])
    assert AR.certainly_positive(x).tolist() == [False, True, False, False, False]
    assert AR.certainly_negative(x).tolist() == [False, False, True, False, False]
    assert AR.certainly_zero(x).tolist() == [False, False, False, True, False]
    assert AR.certainly_nonzero(x).tolist() == [False, True, True, False, False]
    assert not AR.certainly_nonzero(AR.asarray([1.0]) - AR.interval([0.75], [0.25])).any()


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


def test_stored_values_of_every_kind_are_enclosed(encloses: Any) -> None:
    stored = [0.1, 5e-324, 1.7976931348623157e308, 3, Fraction(1, 3), np.float32(0.1), 2**60 + 1]
    found = AR.asarray([*stored, log(fmpq(2)), fmpq(2, 7)])
    for entry, value in zip(found, stored, strict=False):
        exactly = value if isinstance(value, (int, Fraction)) else float(value)
        assert encloses(entry, Fraction(exactly))
    assert found.rad[[0, 1, 2, 3, 5]].tolist() == [0] * 5
    assert abs(found.mid[7] - np.log(2)) <= found.rad[7] <= 1e-15
    for integers in (np.array([2**60 + 1]), np.array([2**63 + 1], dtype=np.uint64)):
        assert encloses(AR.asarray(integers)[0], Fraction(int(integers[0])))
    with pytest.raises(InputError):
        AR.asarray(["1/3"])


def test_balls_are_enclosed(encloses: Any) -> None:
    with Balls(200) as balls:
        x = balls.ball([Fraction(1, 3), 10**400, 0], [Fraction(1, 10**9), 1, 0])
        found = AR.from_balls(x)
    assert encloses(found[0], Fraction(1, 3) + Fraction(1, 10**9)) and found.rad[0] < 1.001e-9
    assert np.isinf(found.rad[1]) and AR.certainly_zero(found[2:]).all()


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


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "erf", "arctan", "exp"])
def test_increasing_functions_are_tight_on_wide_entries(name: str) -> None:
    image, ends = (getattr(AR, name)(x) for x in (AR.interval([0], [3]), AR.asarray([-3, 3])))
    assert abs(image.mid[0] + image.rad[0] - ends.mid[1]) < 1e-7
    assert abs(image.mid[0] - image.rad[0] - ends.mid[0]) < 1e-7


@pytest.mark.parametrize("radius", [-1.0, float("inf"), float("nan")])
def test_radii_must_be_finite_and_not_negative(radius: float) -> None:
    with pytest.raises(ValueError, match="radius"):
        AR.interval([0.0], [radius])


def test_floats_do_not_mix_in_and_arrays_do_not_leak_out() -> None:
    x = AR.asarray([1.0, 2.0])
    for operation in (lambda: x * 0.5, lambda: 0.1 + x, lambda: np.ones(2) * x, lambda: 1.5 / x):
        with pytest.raises(TypeError):
            operation()
    with pytest.raises(TypeError, match="to_float"):
        np.asarray(x)
    for question in (lambda: bool(x), lambda: x == x, lambda: x != 0, lambda: x < x):
        with pytest.raises(TypeError):
            question()


@pytest.mark.parametrize("shape", [(0, 2), (2, 0)])
def test_empty_sums_are_zeros(shape: tuple[int, int]) -> None:
    total = AR.sum(AR.zeros(shape), axis=shape.index(0))
    assert total.shape == (2,) and AR.certainly_zero(AR.sin(total)).all()
    assert AR.certainly_zero(AR.sum(AR.zeros(shape))).all()
