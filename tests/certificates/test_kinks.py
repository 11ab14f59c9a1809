"""The checker's sign patterns: how many there are, and which kinks share one."""

from __future__ import annotations

import random
from typing import Any

import flint
import pytest
from flint import arb, fmpq

from pgb.certificates import export_problem
from pgb.certificates.checking.exact import EXACT_BITS, ZERO, reset
from pgb.certificates.checking.objective import evaluate
from pgb.certificates.checking.patterns import MOST_PATTERNS, all_pieces
from pgb.certificates.checking.problem import Problem
from pgb.certificates.checking.reading import Refused
from pgb.certificates.checking.rings import BALLS
from pgb.models import Expression
from pgb.problems import Data, Objective, Regularizer
from pgb.transforms import eliminate, without_units

#: The square of their sum is longer than the polynomials that the checker keeps.
MANY = [f"u{j}" for j in range(16)]


def signs(text: str, names: str, samples: int = 1) -> list[str]:
    """The sign patterns at the origin."""
    flint.ctx.prec = EXACT_BITS
    reset([{}, {}, {}])
    model = Expression(["x"], names.split(), [text])
    data = Data([[j + 1] for j in range(samples)], [-9] * samples)
    problem = Problem(export_problem(Objective(model, data, "absolute")))
    origin = [fmpq(0)] * problem.size
    return [piece.signs for piece in all_pieces(problem, origin, set(range(problem.size)))]


@pytest.mark.parametrize(
    ("text", "names", "samples", "count"),
    [
        ("u^2", "u", 1, 1),
        ("relu(u) + relu(-u) + relu(3*u)", "u", 1, 2),
        ("relu(u*x)", "u", 5, 2),
        ("relu(u*x - v)", "u v", 2, 4),
        ("relu((u + v)^2 - u^2 - v^2) + relu(-2*u*v)", "u v", 1, 2),
        ("relu(u^2) + relu(u^3)", "u", 1, 4),
        ("relu(relu(u) - v)", "u v", 1, 4),
        ("relu(relu(u)) + relu(-relu(u))", "u", 1, 2),
        ("relu(exp(u) - 1) + relu(1 - exp(u))", "u", 1, 2),
        ("relu(exp(u) - 1) + relu(exp(2*u) - 1)", "u", 1, 4),
        ("relu(u - u)", "u", 1, 1),
        ("relu(u*x/2) + relu(-u*x)", "u", 1, 2),
        ("relu(u*exp(0)) + relu(-u*sqrt(4)) + relu(u/3*cos(0))", "u", 1, 2),
        ("relu(pi*u) + relu(-2*pi*u)", "u", 1, 2),
        ("relu(pi*u) + relu(e*u)", "u", 1, 4),
        ("relu(pi*u - e*u)", "u", 1, 2),
        ("relu(1/(1 + u) - 1) + relu(2/(1 + u) - 2)", "u", 1, 2),
        ("relu((1 + u)^9 - 1) + relu(2*(1 + u)^9 - 2)", "u", 1, 2),
        (f"relu(u1) + (9 + {' + '.join(MANY)})^2", " ".join(MANY), 1, 2),
        ("elu(u) + selu(-u) + leaky_relu(2*u)", "u", 1, 2),
        ("relu(u + 1) + relu(u - 1)", "u", 1, 1),
    ],
)
def test_multiples_of_a_kink_share_its_sign(
    text: str, names: str, samples: int, count: int
) -> None:
    found = signs(text, names, samples)
    assert len(found) == len(set(found)) == count


def test_there_may_be_too_many_patterns() -> None:
    names = [f"t{j}" for j in range(11)]
    text = " + ".join(f"relu({name})" for name in names[:10])
    assert len(signs(text, " ".join(names[:10]))) == MOST_PATTERNS
    with pytest.raises(Refused, match="too many sign patterns"):
        signs(f"{text} + relu(t10)", " ".join(names))


KINKED = Expression(
    ["x", "z"],
    ["u", "v"],
    ["relu(u*x - v) + elu(v*z)", "selu(u*z) - leaky_relu(v*x) + cubic(u)/3", "quadratic(v) - u"],
)
REAL, MARGINS = [["1/2", 2, -3], [1, "-1/3", 0]], [[1, -1, 1], [-1, -1, 1]]
LOSSES: list[tuple[Any, Any]] = [
    ("squared", REAL),
    ("half-squared", REAL),
    ("absolute", REAL),
    ({"name": "huber", "delta": "1/2"}, REAL),
    ("exponential", MARGINS),
    ("hinge", MARGINS),
    ({"name": "polynomial-hinge", "degree": 3}, MARGINS),
    ("hinge", [0, 2]),
    ("cross-entropy", [1, 2]),
    ({"name": "cross-entropy", "label_smoothing": "1/5"}, [1]),
]


@pytest.mark.parametrize("transform", ["none", "exponential", "without units"])
@pytest.mark.parametrize(("loss", "targets"), LOSSES, ids=str)
def test_where_it_is_smooth_the_objective_has_one_piece(
    loss: Any, targets: Any, transform: str
) -> None:
    """Value, gradient and Hessian are those of the rest of the checker."""
    flint.ctx.prec = EXACT_BITS
    reset([{}, {}, {}])
    samples = len(targets)
    data = Data([["1/2", -1], [3, "-2/3"]][:samples], targets, [2, 1][:samples])
    penalty = Regularizer(["1/7", 0], [3, "1/2"])
    objective = Objective(KINKED, data, loss, regularizer=penalty)
    if transform != "none":
        objective = (eliminate if transform == "exponential" else without_units)(objective, "1/9")
    problem, rng = Problem(export_problem(objective)), random.Random(str(loss))
    theta = [fmpq(rng.choice([-1, 1]) * rng.randint(1, 9), 7) for _ in range(problem.size)]
    (found,) = all_pieces(problem, theta, set(range(problem.size)))
    value, first, second = found.jet
    at = evaluate(problem, BALLS, [arb(v) for v in theta], 2)
    assert near(value, at.value)
    for j in range(problem.size):
        assert near(first.get(j, ZERO), at.gradient[j])
        for k in range(j, problem.size):
            assert near(second.get((j, k), ZERO), at.hessian[j][k])


def near(exact: Any, enclosure: arb) -> bool:
    """Whether an exact number is that of an enclosure, to 40 digits."""
    return bool(abs(BALLS.number(exact) - enclosure) < arb(10) ** -40)
