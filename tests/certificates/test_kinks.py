"""The checker's sign patterns: how many there are, and which kinks share one."""

from __future__ import annotations

import flint
import pytest
from flint import fmpq

from pgb.certificates import export_problem
from pgb.certificates.checking.exact import EXACT_BITS, reset
from pgb.certificates.checking.patterns import MOST_PATTERNS, all_pieces
from pgb.certificates.checking.problem import Problem
from pgb.certificates.checking.reading import Refused
from pgb.models import Expression
from pgb.problems import Data, Objective


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
