"""What holds in every arithmetic of enclosures: each operation encloses the image of each point."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.numbers import Balls, Intervals, MidRad
from pgb.numbers.elementary import log

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "erf": lambda x: mpmath.erf(x) if abs(x) < 60 else mpmath.sign(x),
    "arctan": mpmath.atan,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "positive_part": lambda x: max(x, mpmath.mpf(0)),
    "absolute": abs,
}
SPECIAL = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-17, -1.0, 0.1, 710.0, -750.0]
MODERATE = st.one_of(
    st.floats(-40, 40),
    st.floats(-1e-300, 1e-300),
    st.floats(-800, 800),
    st.floats(1 - 1e-15, 1 + 1e-15),
    st.sampled_from(SPECIAL),
)
DOUBLES = st.one_of(MODERATE, st.floats(allow_nan=False, allow_infinity=False))
RADII = st.one_of(
    st.just(0.0), st.floats(0, 1e-10), st.floats(0, 30), st.sampled_from([5e-324, 1e-300, 1e300])
)
WEIGHTS = st.integers(0, 16)


def ball_at(center: float, radius: float, weight: int) -> Fraction:
    return Fraction(center) + Fraction(radius) * Fraction(weight - 8, 8)


def between(a: float, b: float, weight: int) -> Fraction:
    return (Fraction(a) * (16 - weight) + Fraction(b) * weight) / 16


@dataclass(frozen=True)
class Kind:
    """An arithmetic of enclosures that are made of two doubles each.

    ``box`` makes an enclosure of them, ``inside`` a point in it for a weight from 0 to 16. The
    second double is drawn as the first one is, unless ``seconds`` says otherwise.
    """

    opened: Callable[[], AbstractContextManager[Any]]
    box: Callable[[Any, Any, Any], Any]
    inside: Callable[[float, float, int], Fraction]
    seconds: st.SearchStrategy[float] | None = None

    def pairs(self, firsts: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[float, float]]:
        return st.tuples(firsts, firsts if self.seconds is None else self.seconds)


MIDRAD = Kind(lambda: nullcontext(MidRad()), lambda ar, c, r: ar.interval(c, r), ball_at, RADII)
BALLS = Kind(lambda: Balls(53), lambda ar, c, r: ar.ball(c, r), ball_at, RADII)
INTERVALS = Kind(
    lambda: nullcontext(Intervals()),
    lambda ar, a, b: ar.between(np.minimum(a, b), np.maximum(a, b)),
    between,
)
KINDS = {"midpoint-radius": MIDRAD, "balls": BALLS, "intervals": INTERVALS}


def of_kinds(*names: str) -> Any:
    return pytest.mark.parametrize("kind", [KINDS[name] for name in names], ids=names)


of_every_kind = of_kinds(*KINDS)


@of_every_kind
@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data(), weights=st.lists(WEIGHTS, min_size=1, max_size=3))
def test_image_of_points_inside_is_enclosed(
    name: str, kind: Kind, data: Any, weights: list[int], encloses: Any, at: Any
) -> None:
    wide = st.one_of(MODERATE, st.floats(-1e7, 1e7)) if kind is INTERVALS else MODERATE
    first, second = data.draw(kind.pairs(wide))
    with kind.opened() as ar:
        image = getattr(ar, name)(kind.box(ar, [first], [second]))
        finite = np.isfinite(ar.to_float(image))[0]
    for weight in weights:
        point = kind.inside(first, second, weight)
        if (name == "log" and point <= 0) or (name == "sqrt" and point < 0):
            assert not finite
        elif finite:
            assert encloses(image[0], at(FUNCTIONS[name], point)), (point, image)


@of_every_kind
@pytest.mark.parametrize("name", ["tanh", "sigmoid", "erf", "arctan", "sin", "cos", "exp"])
@pytest.mark.parametrize("center", [1e5, -1e5, 1e18, -1e18, 1.7e308, -1.7e308])
def test_far_away_arguments(name: str, center: float, kind: Kind, encloses: Any, at: Any) -> None:
    with kind.opened() as ar:
        image = getattr(ar, name)(ar.asarray([center]))
        finite = np.isfinite(ar.to_float(image))[0]
    assert finite or name in ("sin", "cos", "exp")
    if finite:
        assert encloses(image[0], at(FUNCTIONS[name], Fraction(center)))


@of_every_kind
@given(data=st.data(), i=WEIGHTS, j=WEIGHTS)
def test_field_operations_and_choices_enclose(
    kind: Kind, data: Any, i: int, j: int, encloses: Any
) -> None:
    one, two = data.draw(kind.pairs(DOUBLES)), data.draw(kind.pairs(DOUBLES))
    x, y, c = kind.inside(*one, i), kind.inside(*two, j), two[0]
    with kind.opened() as ar:
        p, q = (kind.box(ar, [first], [second]) for first, second in (one, two))
        double = ar.asarray([c])
        enclosures = {
            "sum": (p + q, x + y),
            "difference": (p - q, x - y),
            "product": (p * q, x * y),
            "product with a double": (p * double, x * Fraction(c)),
            "square": (p * p, x * x),
            "square of a double": (double * double, Fraction(c) ** 2),
            "matmul": (ar.matmul(ar.stack([p, q], 1), ar.stack([q, p], 0)), 2 * x * y),
            "sum of entries": (ar.sum(ar.concatenate([p, q, -p, p])), x + y),
            "choice": (ar.where_nonnegative(p, q, 2 * q), y if x >= 0 else 2 * y),
            "half": (p / 2, x / 2),
            "third": (p / 3, x / 3),
            "minus an eighth": (p / -8, -x / 8),
            "opposite": (-1 * p, -x),
            "minus four times": (-4 * p, -4 * x),
            "seven less": (7 - p, 7 - x),
        }
        if y:
            enclosures["quotient"] = (p / q, x / y)
            enclosures["reciprocal"] = (1 / q, 1 / y)
    for name, (found, truth) in enclosures.items():
        assert encloses(found.ravel()[0], truth), (name, found, truth)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "erf", "arctan"])
@of_every_kind
def test_increasing_functions_are_tight_on_wide_entries(name: str, kind: Kind) -> None:
    check_tightness(name, kind)


@of_kinds("midpoint-radius", "intervals")  # in balls exp keeps the midpoint
def test_the_exponential_is_tight_on_wide_entries(kind: Kind) -> None:
    check_tightness("exp", kind)


def check_tightness(name: str, kind: Kind) -> None:
    first, second = ([-3.0], [3.0]) if kind is INTERVALS else ([0.0], [3.0])
    with kind.opened() as ar:
        x = kind.box(ar, first, second)
        image, ends = (getattr(ar, name)(part) for part in (x, ar.asarray([-3, 3])))
        little = ar.asarray([fmpq(1, 10**7)])
        assert ar.certainly_positive(ends[1:] + little - image).all()
        assert ar.certainly_positive(image + little - ends[:1]).all()


@of_every_kind
def test_comparisons_are_certain_or_false(kind: Kind) -> None:
    boxes = ([0.0, 1.0, -1.0, 0.0, 0.0], [1.0, 0.5, 0.5, 0.0, 5e-324])
    if kind is INTERVALS:
        boxes = ([-1.0, 0.5, -1.5, 0.0, 0.0], [1.0, 1.5, -0.5, 0.0, 5e-324])
    with kind.opened() as ar:
        x = kind.box(ar, *boxes)
        assert ar.certainly_positive(x).tolist() == [False, True, False, False, False]
        assert ar.certainly_negative(x).tolist() == [False, False, True, False, False]
        assert ar.certainly_zero(x).tolist() == [False, False, False, True, False]
        assert ar.certainly_nonzero(x).tolist() == [False, True, True, False, False]


@of_every_kind
def test_stored_values_of_every_kind_are_enclosed(kind: Kind, encloses: Any) -> None:
    exact = [0.1, 5e-324, 1.7976931348623157e308, 3, np.float32(0.1), np.int64(4), True]
    others = [Fraction(1, 3), 2**60 + 1, fmpq(2, 7)]
    with kind.opened() as ar:
        found = ar.asarray([*exact, *others, log(fmpq(2))])
        for integers in (np.array([2**60 + 1]), np.array([2**63 + 1], dtype=np.uint64)):
            assert encloses(ar.asarray(integers)[0], Fraction(int(integers[0])))
        with pytest.raises(InputError):
            ar.asarray(["1/3"])
    for entry, value in zip(found, exact, strict=False):
        truth = Fraction(float(value))
        assert encloses(entry, truth)
        assert not encloses(entry, truth + Fraction(1, 2**1200))
    for place, truth in enumerate(
        [Fraction(1, 3), Fraction(2**60 + 1), Fraction(2, 7)], len(exact)
    ):
        assert encloses(found[place], truth)
    with mpmath.workprec(2200):
        two = mpmath.log(2)
        assert encloses(found[-1], two) and not encloses(found[-1], two * (1 + 2.0**-50))


@of_every_kind
@pytest.mark.parametrize("shape", [(0, 2), (2, 0)])
def test_empty_sums_are_zeros(shape: tuple[int, int], kind: Kind) -> None:
    with kind.opened() as ar:
        total = ar.sum(ar.zeros(shape), axis=shape.index(0))
        assert total.shape == (2,) and ar.certainly_zero(total).all()
        assert ar.certainly_zero(ar.sum(ar.zeros(shape))).all()


@of_every_kind
def test_products_need_shapes_that_fit(kind: Kind) -> None:
    with kind.opened() as ar:
        assert ar.matmul(ar.ones((2, 0)), ar.ones((0, 3))).shape == (2, 3)
        for a, b in (((2, 3), (2, 3)), ((2, 0), (3, 2)), ((2, 2), (3, 2))):
            with pytest.raises(ValueError, match="matmul"):
                ar.matmul(ar.ones(a), ar.ones(b))


@of_kinds("midpoint-radius", "balls")
def test_zero_times_finite_enclosures_is_exactly_zero(kind: Kind) -> None:
    with kind.opened() as ar:
        wide = kind.box(ar, [[1.0], [2.0]], [[5.0], [1e300]])
        assert ar.certainly_zero(ar.matmul(ar.zeros((1, 2)), wide)).all()
        assert ar.certainly_zero(ar.zeros((2, 1)) * wide).all()
        assert ar.certainly_zero(ar.sin(ar.sum(ar.zeros((0, 2)), axis=0))).all()


@of_kinds("midpoint-radius", "balls")
@pytest.mark.parametrize("radius", [-1.0, float("inf"), float("nan")])
def test_radii_must_be_finite_and_not_negative(radius: float, kind: Kind) -> None:
    with kind.opened() as ar, pytest.raises(ValueError, match="radius"):
        kind.box(ar, [0.0], [radius])


@of_kinds("midpoint-radius", "intervals")
def test_floats_do_not_mix_in_and_arrays_do_not_leak_out(kind: Kind) -> None:
    with kind.opened() as ar:
        x = ar.asarray([1.0, 2.0])
    other = Intervals().asarray([1.0]) if kind is MIDRAD else MidRad().asarray([1.0])
    mixed = (lambda: x * 0.5, lambda: 0.1 + x, lambda: np.ones(2) * x, lambda: 1.5 / x)
    large = (lambda: x + (2**53 + 1), lambda: 2**54 * x, lambda: x / 2**54, lambda: x - other)
    for operation in (*mixed, *large):
        with pytest.raises(TypeError):
            operation()
    with pytest.raises(TypeError, match="to_float"):
        np.asarray(x)
    for question in (lambda: bool(x), lambda: x == x, lambda: x != 0, lambda: x < x):
        with pytest.raises(TypeError):
            question()
    with pytest.raises(TypeError):
        hash(x)


@of_kinds("midpoint-radius", "intervals")
def test_views_are_those_of_both_arrays(kind: Kind) -> None:
    first = np.arange(24.0).reshape(2, 3, 4)
    with kind.opened() as ar:
        for x in (kind.box(ar, first, first + 1), ar.asarray(first)):
            pairs = [
                (x.T, np.transpose),
                (x[1, :, ::2], lambda a: a[1, :, ::2]),
                (x[..., None, 0], lambda a: a[..., None, 0]),
                (x.reshape((4, 6)), lambda a: a.reshape(4, 6)),
                (x.reshape(-1), np.ravel),
                (x.ravel(), np.ravel),
                (x.swapaxes(0, 2), lambda a: a.swapaxes(0, 2)),
                (ar.stack([x, x], axis=1), lambda a: np.stack([a, a], axis=1)),
                (ar.concatenate([x, x], axis=-1), lambda a: np.concatenate([a, a], axis=-1)),
            ]
            for found, view in pairs:
                assert np.array_equal(found.first, view(x.first))
                assert np.array_equal(found.second, view(x.second))
                assert (found.second is found.first) == (x.second is x.first)
                assert found.shape == view(x.first).shape and found.ndim == view(x.first).ndim
                assert found.size == view(x.first).size and len(found) == len(view(x.first))


@of_kinds("midpoint-radius", "intervals")
def test_joining_exact_and_wide_arrays_keeps_both_ends(kind: Kind) -> None:
    with kind.opened() as ar:
        exact, wide = ar.asarray([1.0]), kind.box(ar, [2.0], [3.0])
        for pair in ((exact, wide), (wide, exact)):
            for found in (ar.concatenate(pair), ar.stack(pair).ravel()):
                assert found.first.tolist() == [x.first[0] for x in pair]
                assert found.second.tolist() == [x.second[0] for x in pair]
