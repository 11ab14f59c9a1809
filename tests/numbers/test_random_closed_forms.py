"""Random closed forms: identities hold, decisions agree with an independent 2000-bit value."""

from __future__ import annotations

from typing import Any

import mpmath
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import UndecidedError
from pgb.numbers import (
    ExactNumber,
    Symbolic,
    elementary,
    is_exact_zero,
    sign,
)
from pgb.numbers.elementary import exp, log, sigmoid, softplus, sqrt, tanh

from .conftest import REFERENCES

RATIONALS = st.builds(fmpq, st.integers(-6, 6), st.integers(1, 5))
_TREES: st.SearchStrategy[Any] = st.recursive(
    RATIONALS,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.tuples(
            st.sampled_from(["exp", "log", "sqrt", "tanh", "sigmoid", "softplus", "erf", "sin"]),
            inner,
        ),
    ),
    max_leaves=5,
)
BITS = 2000
_ADDITIVE = {"+": (1, 1), "-": (1, -1)}


def _safe(tree: Any) -> tuple[ExactNumber, Any]:
    """The closed form and its value; where an operation is not defined its argument is changed."""
    if isinstance(tree, fmpq):
        return tree, mpmath.mpf(int(tree.p)) / int(tree.q)
    name, *arguments = tree
    (x, value), *rest = [_safe(argument) for argument in arguments]
    if name in _ADDITIVE:
        sign = _ADDITIVE[name][1]
        return x + sign * rest[0][0], value + sign * rest[0][1]
    if name in ("*", "/"):
        y, other = rest[0]
        if name == "/" and abs(other) > 1e-30:
            return x / y, value / other
        return x * y, value * other
    if abs(value) > 30:
        return x, value
    if name in ("log", "sqrt"):
        if abs(value) < 1e-30:
            return x, value
        if value < 0:
            x, value = -x, -value
    return getattr(elementary, name)(x), REFERENCES[name](value)


def evaluated(tree: Any) -> tuple[ExactNumber, Any] | None:
    """Both values at 2000 bits; None where the size budget is exceeded."""
    with mpmath.workprec(BITS):
        try:
            return _safe(tree)
        except UndecidedError:
            return None


#: (closed form, mpmath value at 2000 bits)
numbers = _TREES.map(evaluated).filter(lambda pair: pair is not None)


def difference_from(x: ExactNumber, value: Any) -> Any:
    """The distance |x - value| divided by max(1, |value|)."""
    with mpmath.workprec(BITS):
        if isinstance(x, Symbolic):
            mantissa, exponent = x.to_arb(BITS).mid().man_exp()
            middle = mpmath.mpf(int(mantissa)) * mpmath.mpf(2) ** int(exponent)
        else:
            middle = mpmath.mpf(int(x.p)) / int(x.q)
        return abs(middle - value) / max(1, abs(value))


@given(numbers)
def test_closed_form_has_the_value_it_stands_for(pair: tuple[ExactNumber, Any]) -> None:
    x, value = pair
    assert difference_from(x, value) < mpmath.mpf(2) ** -1500


@given(numbers)
def test_decisions_agree_with_high_precision(pair: tuple[ExactNumber, Any]) -> None:
    x, value = pair
    if is_exact_zero(x):
        assert abs(value) < mpmath.mpf(2) ** -1900
    try:
        found = sign(x)
    except UndecidedError:
        assert abs(value) < 1e-100
        return
    assert found == mpmath.sign(value) or (found == 0 and abs(value) < 1e-500)


@given(numbers, numbers, numbers)
def test_ring_identities_never_fail(a: Any, b: Any, c: Any) -> None:
    x, y, z = a[0], b[0], c[0]
    try:
        zeros = [x - x, (x + y) * z - (x * z + y * z), x * y - y * x, (x + y) + z - (x + (y + z))]
    except UndecidedError:
        return
    assert zeros[0] == 0 and isinstance(zeros[0], fmpq)
    for zero in zeros[1:]:
        assert is_exact_zero(zero) is True


@given(numbers, numbers)
def test_division_undoes_multiplication(a: Any, b: Any) -> None:
    x, y = a[0], b[0]
    if is_exact_zero(y) is not False:
        return
    try:
        zero = x / y * y - x
        one = y / y
    except UndecidedError:
        return
    assert is_exact_zero(zero) is True
    assert isinstance(one, fmpq) and one == 1


@given(RATIONALS, RATIONALS, RATIONALS, RATIONALS)
def test_exponential_turns_sums_into_products(a: Any, b: Any, c: Any, d: Any) -> None:
    x = a + b * log(fmpq(2)) + c * sqrt(fmpq(3))
    y = d + a * log(fmpq(3)) + b * exp(fmpq(1))
    assert is_exact_zero(exp(x) * exp(y) - exp(x + y)) is True
    assert exp(x) * exp(-x) == 1


@given(numbers, numbers)
def test_functional_equations_are_never_refuted(a: Any, b: Any) -> None:
    x, y = a[0], b[0]
    if abs(a[1]) > 20 or abs(b[1]) > 20:
        return
    root = sqrt(x * x + 1)
    try:
        differences = [exp(x) * exp(y) - exp(x + y), tanh(x) - 2 * sigmoid(2 * x) + 1]
        differences += [softplus(x) - softplus(-x) - x, root * root - x * x - 1]
    except UndecidedError:
        return
    for difference in differences:
        assert is_exact_zero(difference) is not False
