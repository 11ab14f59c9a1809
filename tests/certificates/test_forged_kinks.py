"""Forged proofs of minima at kinks: of points that are none, each refused for its reason.

Each forgery would be right if the checker made one small mistake, that of its name.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from pgb.certificates.certificate import Certificate
from pgb.certificates.export import export_problem
from pgb.models import Expression
from pgb.problems import Data, Objective, Regularizer
from pgb.transforms import without_units

from .conftest import seal

Json = dict[str, Any]
SMOOTH: list[Any] = [["", []]]
EITHER: list[Any] = [["+", ["1"]], ["-", ["1"]]]
SELU = Fraction(1.0507009873554805) / Fraction(1.6732632423543772)
#: Parameters: the square of their sum is longer than the polynomials that the checker keeps.
MANY = [f"u{j}" for j in range(16)]
SQUARES = "(" + " + ".join(f"{name}^2" for name in MANY) + ")"
#: With s = {0}: s + 4*u^2 where s < 0, which falls, and 4*u^2 if the kink is overlooked.
KINK = "{0} - relu({0}) + 4*u^2"

GRADIENT = "the gradient of the Lagrangian is not exactly 0"
MULTIPLIER = "a corrected multiplier may not be positive"
HESSIAN = "the Hessian may not be positive definite on the critical cone"
PATTERN = "a sign pattern has no multipliers"


def formula(text: str, names: str = "u v") -> Objective:
    """The objective whose value is the formula and 9: the absolute loss of a distant target."""
    return Objective(Expression(["x"], names.split(), [text]), Data([[0]], [-9]), "absolute")


def kinks(patterns: list[Any], *free: int) -> Json:
    """A witness without symmetries."""
    witness = {"method": "kinks", "patterns": patterns, "free": list(free)}
    return {**witness, "fields": [], "frozen": []}


def convex(patterns: list[Any]) -> Json:
    """A witness of convex pieces."""
    return {"method": "convex-pieces", "patterns": patterns}


def certificate(
    objective: Objective, point: list[Any], witness: Json, penalty: tuple[int, str] | None = None
) -> Json:
    """The claim of a local minimum at a point; the penalty is one more absolute value in Q."""
    raw = export_problem(objective)
    if penalty is not None:
        raw["regularizer"]["absolute"][penalty[0]] = penalty[1]
    claim: Json = dict.fromkeys(("kind", "dimension", "global", "bad", "better", "critical_point"))
    about = {"kind": "point", "point": [str(v) for v in point]}
    claim |= {"verdict": "LOCAL_MINIMUM", "about": about, "words": ""}
    return seal(Certificate(raw, claim, (witness,)).to_json_object())


#: Formulas with the names of their parameters, points that are no minima, evidence, refusals.
FORGED: dict[str, tuple[str, str, list[Any], Json, str]] = {
    "free coordinate elsewhere than at the point": (
        "relu(u) + relu(-u) + 3*u*relu(v + 1/2)",
        "u v",
        [0, 0],
        kinks(EITHER, 1),
        MULTIPLIER,
    ),
    "convex, but falling along another coordinate": (
        "relu(u) + relu(-u) + v",
        "u v",
        [0, 0],
        convex(EITHER),
        GRADIENT,
    ),
    "convex along the coordinates only": (
        "u^2 + 3*u*v + v^2",
        "u v",
        [0, 0],
        convex(SMOOTH),
        "the Lagrangian may not be convex",
    ),
    "mixed derivative read as the smaller second one": (
        "u^2 + 4*u*v + 2*v^2",
        "u v",
        [0, 0],
        kinks(SMOOTH),
        HESSIAN,
    ),
    "mixed derivative read as the second one of the last": (
        "2*u^2 + 4*u*v + v^2",
        "u v",
        [0, 0],
        kinks(SMOOTH),
        HESSIAN,
    ),
    "kink of a difference of two irrational numbers": (
        KINK.format("e*u - pi*u"),
        "u",
        [0],
        kinks(SMOOTH),
        PATTERN,
    ),
    "kink of a reciprocal that is 1 at the point": (
        KINK.format("1/(1 + u) - 1"),
        "u",
        [0],
        kinks(SMOOTH),
        PATTERN,
    ),
    "kink of a double and a half": (
        KINK.format("u*2 - u*(1/2)"),
        "u",
        [0],
        kinks(SMOOTH),
        PATTERN,
    ),
    "kink at a negative fraction of the argument of another": (
        "relu(u) - 2*relu(-1/2*u) - 1/2*u",
        "u",
        [0],
        kinks([["+", ["3/2"]], ["-", ["1/2"]]]),
        MULTIPLIER,
    ),
    "free coordinates as one": (
        "relu(u) + relu(-u) + v - w",
        "u v w",
        [0, 0, 0],
        kinks(EITHER, 1, 2),
        "the value may change with the free coordinates",
    ),
    "free coordinate as 0": (
        "relu(u) + relu(-u) + 3*u*v",
        "u v",
        [0, 1],
        kinks(EITHER, 1),
        MULTIPLIER,
    ),
    "gradient that is 0 at the point only": (
        "relu(u) + relu(-u) + w^2 + w*v",
        "u v w",
        [0, 0, 0],
        kinks(EITHER, 1),
        GRADIENT,
    ),
    "Hessian with the multipliers before their correction": (
        "2*relu(v - u^2) + 2*relu(u^2 - v) - v + u^2/2",
        "u v",
        [0, 0],
        kinks([["+", ["3"]], ["-", ["1"]]]),
        HESSIAN,
    ),
    "one triangle of a Hessian that is split": (
        f"{' + '.join(f'{name}^2/2' for name in MANY)} + 9/10*u0*u1 + 3/10*(u0 - u1)*u9",
        " ".join(MANY),
        [0] * len(MANY),
        kinks(SMOOTH),
        HESSIAN,
    ),
    "sine as a parameter": (
        "sin(u) - u",
        "u",
        [0],
        convex(SMOOTH),
        "the Lagrangian may not be a polynomial of second degree",
    ),
    "error function as its argument": (KINK.format("erf(u) - u"), "u", [0], kinks(SMOOTH), PATTERN),
    "two functions as one": (KINK.format("exp(u) - cos(u)"), "u", [0], kinks(SMOOTH), PATTERN),
    "two powers as one": (
        KINK.format("(1 + u)^9 - (1 + u)^10"),
        "u",
        [0],
        kinks(SMOOTH),
        PATTERN,
    ),
    "reciprocals of two functions as one": (
        KINK.format("1/(1 + u) - 1/(1 + 2*u)"),
        "u",
        [0],
        kinks(SMOOTH),
        PATTERN,
    ),
    "kink of a polynomial that is too long": (
        KINK.format(f"(9 + {' + '.join(MANY)})^2 - 81").replace("u^2", SQUARES),
        " ".join(MANY),
        [0] * len(MANY),
        kinks(SMOOTH),
        PATTERN,
    ),
    "cube as a fourth power": ("cubic(u) - 4*u", "u", [1], kinks(SMOOTH), GRADIENT),
    "cube as a square": ("cubic(u) - 2*u", "u", [1], kinks(SMOOTH), GRADIENT),
    "selu as elu": ("selu(u) - u + (u - 1)^2", "u", [1], kinks(SMOOTH), GRADIENT),
    "elu as selu": (
        f"elu(u) - {Fraction(1.0507009873554805)}*u + (u - 1)^2",
        "u",
        [1],
        kinks(SMOOTH),
        GRADIENT,
    ),
    "elu one above and one below": (
        "v*elu(u - 1) - (exp(-1) + 1)*v + 3*v^2 + 3*u^2",
        "u v",
        [0, 0],
        kinks(SMOOTH),
        GRADIENT,
    ),
    "selu with a quotient of its constants": (
        f"selu(u) - {SELU}*exp(-1)*u + 3*(u + 1)^2",
        "u",
        [-1],
        kinks(SMOOTH),
        GRADIENT,
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_forged_formulas_are_refused(what: str, verdict: Callable[..., Any]) -> None:
    text, names, point, witness, sentence = FORGED[what]
    value = certificate(formula(text, names), point, witness)
    assert verdict(value, "forged kinks") == (1, sentence)


def test_a_minimum_with_one_free_coordinate_is_not_strict(verdict: Callable[..., Any]) -> None:
    value = certificate(formula("relu(u) + relu(-u) + u*v/2"), [0, 0], kinks(EITHER, 1))
    value["claim"].update(kind="branch", dimension=1)
    assert verdict(seal(value), "true kinks")[0] == 0
    value["claim"].update(kind="strict", dimension=None)
    assert verdict(seal(value), "forged kinks") == (1, "the kind is not proved")


@pytest.mark.parametrize(
    ("u", "residual", "delta"),
    [
        pytest.param(2, -1, 3, id="twice the square"),
        pytest.param(1, -3, 4, id="a third of the square"),
        pytest.param(1, -1, 2, id="the square"),
        pytest.param("-3/4", 1, 2, id="half the cube"),
        pytest.param("-1/4", 1, 2, id="half the residual"),
        pytest.param(-1, "1/2", 2, id="a middle residual as one above"),
        pytest.param(1, "1/2", 2, id="a middle residual as one below"),
        pytest.param(-1, 2, 1, id="a residual above as a middle one"),
        pytest.param(1, -2, 1, id="a residual below as a middle one"),
        pytest.param("-1/2", -2, 1, id="a residual below as one above"),
    ],
)
def test_slopes_of_the_huber_loss(
    u: Any, residual: Any, delta: Any, verdict: Callable[..., Any]
) -> None:
    """The loss of u - y and the penalty u^2: a minimum if the slope of the loss were -2 u."""
    data = Data([[0]], [Fraction(u) - Fraction(residual)])
    objective = Objective(
        Expression(["x"], ["u"], ["u"]),
        data,
        {"name": "huber", "delta": delta},
        regularizer=Regularizer([1], [0]),
    )
    value = certificate(objective, [u], kinks(SMOOTH))
    assert verdict(value, "forged kinks") == (1, GRADIENT)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(
    ("delta", "penalty", "true"),
    [(1, "5/2", True), (2, 4, True)]
    + [(1, wrong, False) for wrong in (1, "7/2", "8/3", 2)]
    + [(2, "11/2", False)],
)
def test_values_of_the_huber_loss(
    side: int, delta: int, penalty: Any, true: bool, verdict: Callable[..., Any]
) -> None:
    """Without units (1/2, 0) is best for a and b if the loss of the residual 3 is the penalty."""
    text = "3 + u^2" if side > 0 else "-3 - u^2"
    model, loss = Expression(["x"], ["u"], [text]), {"name": "huber", "delta": delta}
    objective = without_units(Objective(model, Data([[0]], [0]), loss), penalty)
    patterns = [["+", ["9"]], ["-", ["9"]]]
    value = certificate(objective, [0, "1/2", 0], kinks(patterns), (2, "20"))
    code, sentence = verdict(value, f"{'true' if true else 'forged'} kinks")
    assert code == 1 - true and (true or sentence == GRADIENT)


def test_a_factor_at_minus_1_is_not_least(verdict: Callable[..., Any]) -> None:
    objective = without_units(formula("u^2", "u"), 0)
    for a, code in ((1, 0), (-1, 1)):
        value = certificate(objective, [0, a, 0], kinks(EITHER), (2, "1"))
        assert verdict(value, f"{('true', 'forged')[code]} kinks")[0] == code


@pytest.mark.parametrize(
    ("loss", "u", "penalty"),
    [
        pytest.param({"name": "polynomial-hinge", "degree": 2}, "1/4", 2, id="square as itself"),
        pytest.param("hinge", 2, "1/4", id="margin above 1"),
    ],
)
def test_slopes_of_hinges(loss: Any, u: Any, penalty: Any, verdict: Callable[..., Any]) -> None:
    """Where the slope of the penalty is 1, which that of the loss is not."""
    model, data = Expression(["x"], ["u"], ["u"]), Data([[0]], [1])
    objective = Objective(model, data, loss, regularizer=Regularizer([penalty], [0]))
    value = certificate(objective, [u], kinks(SMOOTH))
    assert verdict(value, "forged kinks") == (1, GRADIENT)


@pytest.mark.parametrize("weights", [[2, 2], [1, 3]])
def test_weights_of_cross_entropy(weights: list[int], verdict: Callable[..., Any]) -> None:
    data = Data([[1], [-1]], [0, 0], weights)
    objective = Objective(Expression(["x"], ["u"], ["u*x", "0*u"]), data, "cross-entropy")
    code, _ = verdict(certificate(objective, [0], kinks(SMOOTH)), "other weights")
    assert code == (weights[0] != weights[1])


@pytest.mark.parametrize("text", ["-3*u", "(u - 1)^2 - u"])
def test_a_penalty_is_a_square(text: str, verdict: Callable[..., Any]) -> None:
    """At 1 the cube has the slope 3 and the first power the slope 1."""
    data, penalty = Data([[0]], [-9]), Regularizer([1], [0])
    model = Expression(["x"], ["u"], [text])
    objective = Objective(model, data, "absolute", regularizer=penalty)
    value = certificate(objective, [1], kinks(SMOOTH))
    assert verdict(value, "forged kinks") == (1, GRADIENT)


@pytest.mark.parametrize(
    ("outputs", "target", "code"),
    [
        pytest.param(["u", "-u", "0*u"], ["1/3", "1/3", "1/3"], 0, id="true"),
        pytest.param(["u^2", "-u^2", "0*u"], [1, 0, 0], 1, id="no loss"),
        pytest.param(["u", "-3*u", "-u"], [1, 0, 0], 1, id="sums of outputs"),
        pytest.param(["-2*u", "5*u", "0*u"], ["1/2", "1/3", "1/6"], 1, id="by the probabilities"),
    ],
)
def test_cross_entropy(
    outputs: list[str], target: list[Any], code: int, verdict: Callable[..., Any]
) -> None:
    """With |v|, at a kink; u = 0 would be least if the loss were that of the name, or with u^2."""
    model, data = Expression(["x"], ["u", "v"], outputs), Data([[0]], [target])
    penalty = Regularizer(["1/4", 0], [0, 1])
    objective = Objective(model, data, "cross-entropy", regularizer=penalty)
    value = certificate(objective, [0, 0], kinks(EITHER))
    assert verdict(value, f"{('true', 'forged')[code]} kinks")[0] == code


#: Minima that are more than a careless checker sees.
TRUE: dict[str, tuple[str, str, list[Any], Json]] = {
    "large mixed derivative": (
        "2*relu(v) + 2*relu(-v) + u^2 + 1000*u*v",
        "u v",
        [0, 0],
        kinks([["+", ["2"]], ["-", ["2"]]]),
    ),
    "kink close to a free coordinate": (
        "relu(u) + relu(-u) + u*relu(v)",
        "u v",
        [0, "1/1000"],
        kinks(EITHER, 1),
    ),
    "kinks that join coordinates": (
        "3*relu(w + u) + 3*relu(-w - u) + 3*relu(w - u) + 3*relu(u - w) + u*exp(v)"
        " + relu(s + t) + relu(-s - t) + s^2",
        "u v w s t",
        [0, 0, 0, 0, 0],
        kinks([["".join(p), ["3", "3", "1"]] for p in itertools.product("+-", repeat=3)], 1),
    ),
    "kink that joins others and needs no correction": (
        "3*relu(u) + 3*relu(-u) + relu(u + v + w) + relu(-u - v - w) + u*exp(t) + v^2 + w^2",
        "u v w t",
        [0, 0, 0, 0],
        kinks([[s, ["3", "1"]] for s in ("++", "+-", "-+", "--")], 3),
    ),
    "kink without a gradient": (
        "u^2 + v^2 + 3*relu(u*v) + 3*relu(-u*v)",
        "u v",
        [0, 0],
        kinks([["+", ["3"]], ["-", ["3"]]]),
    ),
}


@pytest.mark.parametrize("what", TRUE)
def test_true_formulas_are_accepted(what: str, verdict: Callable[..., Any]) -> None:
    text, names, point, witness = TRUE[what]
    value = certificate(formula(text, names), point, witness)
    code, sentence = verdict(value, "true kinks")
    assert code == 0, sentence
