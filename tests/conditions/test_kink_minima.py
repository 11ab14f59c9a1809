"""Minima at kinks: what is proved is true, and what only looks like a minimum is never proved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.certificates import build, checking
from pgb.check import check
from pgb.conditions import Evaluation, Evidence, Finding, Verdict, kink_minimum
from pgb.models import Expression, Network
from pgb.numbers import Float64
from pgb.problems import Candidate, Data, Objective, Regularizer


def formula(text: str, names: str = "u v") -> Objective:
    """The objective whose value is the formula and 9: the absolute loss of a distant target."""
    return Objective(Expression(["x"], names.split(), [text]), Data([[0]], [-9]), "absolute")


def at_kink(objective: Objective, point: Any = None) -> Evaluation:
    chosen = [0] * objective.size if point is None else point
    candidate = Candidate.from_vector(objective.parameters, chosen)
    return Evaluation(objective, candidate, np.zeros(objective.size))


#: Lengths of steps: a drawn minimum may be local in a small neighborhood only.
FAR, NEAR = (1e-1, 3e-2, 3e-3), (1e-3, 3e-4, 1e-4)


def samples(size: int, seed: int = 0, radii: tuple[float, ...] = FAR) -> Any:
    """Steps (n, p) of several lengths in random directions, and on curves tangent to the axes."""
    rng = np.random.default_rng(seed)
    found = []
    for radius in radii:
        v = rng.standard_normal((400, size))
        found.append(radius * v / np.linalg.norm(v, axis=1, keepdims=True))
        powers = rng.integers(0, 3, (600, size))
        found.append(rng.uniform(-3, 3, (600, size)) * radius**powers * (powers > 0))
    steps = np.concatenate(found)
    return steps[np.any(steps != 0, axis=1)]


def least_rise(
    at: Evaluation, seed: int = 0, shortest: float = 0, radii: tuple[float, ...] = FAR
) -> float:
    """The least difference of values near the point from the value at it."""
    steps = samples(at.objective.size, seed, radii)
    steps = steps[np.linalg.norm(steps, axis=1) > shortest]
    ar = Float64()
    values = at.objective.value(ar, at.floats + steps)
    return float(np.min(values) - at.objective.value(ar, at.floats))


def accepted(at: Evaluation, folder: Path, finding: Finding | None = None) -> str:
    """The claim of the certificate of the proof, which the checker must accept."""
    found = kink_minimum(at) if finding is None else finding
    assert found is not None
    certificate = build(at.objective, at.candidate, [found])
    path = folder / "certificate.json"
    certificate.save(path)
    code, words, sentence = checking.verify(str(path))
    assert code == 0, sentence
    return words


MINIMA = {
    "two-rising-sides": "relu(u) + relu(-u) + v^2",
    "kinks-in-all-directions": "relu(u) + relu(-u) + 2*relu(v - u) + 3*relu(u - v)",
    "smooth-slope-below-the-kink": "2*relu(u) + 2*relu(-u) - u + v^2 - 3*u*v",
    "kink-of-a-kink": "relu(relu(u) - v) + relu(v - relu(u)) + relu(-u) + 1/2*u",
    "opposite-switches-only": "relu(u) + 2*relu(-u) + relu(v) + relu(-v) + 1/2*v",
    "along-a-parabola": "2*relu(v - u^2) + 2*relu(u^2 - v) + v",
    "along-a-parabola-with-square": "2*relu(v - u^2) + 2*relu(u^2 - v) - v + 2*u^2",
    "two-tangent-kinks": "relu(u - v^2) + relu(v^2 - u) + relu(u) + relu(-u)",
    "two-tangent-kinks-and-concave": (
        "relu(u - v^2) + relu(v^2 - u) + 3*relu(u) + 3*relu(-u) - 1/2*v^2"
    ),
    "leaky": "3*leaky_relu(u, -1/2) - u + v^2",
    "selu-and-sum": "2*selu(relu(u) + relu(-u)) - u + v^2",
    "elu-of-a-kink": "elu(relu(u) + relu(-u)) + v^2 + u*v",
    "zero-multiplier": "relu(u) + relu(-u) + relu(v) + v^2",
    "dependent-gradients": "relu(u) + relu(-u) + relu(v) + relu(-v) + relu(u + v) - 1/2*u",
    "exponential-slope": "relu(u) + relu(-u) + exp(1/2*u) + exp(v) - v",
}


@pytest.mark.parametrize("name", MINIMA)
def test_strict_minimum_at_a_kink_is_proved(name: str, tmp_path: Path) -> None:
    at = at_kink(formula(MINIMA[name]))
    assert accepted(at, tmp_path) == "the point is a strict local minimum"
    assert least_rise(at, shortest=1e-3) > 0


#: Each breaks one hypothesis; what is said is the truth.
TRAPS = {
    # the Hessian of the Lagrangian is negative or zero along the curved kink
    "falls-along-a-parabola": ("2*relu(v - u^2) + 2*relu(u^2 - v) - v", False),
    "falls-along-a-parabola-against-half": (
        "2*relu(v - u^2) + 2*relu(u^2 - v) - v + 1/2*u^2",
        False,
    ),
    "flat-along-a-parabola": ("2*relu(v - u^2) + 2*relu(u^2 - v) - v + u^2", True),
    "falls-in-fourth-order": ("2*relu(v - u^2) + 2*relu(u^2 - v) - v + u^2 - u^4", False),
    "falls-along-a-cubic": ("2*relu(v - u^3) + 2*relu(u^3 - v) - v", False),
    # zero multipliers: the kink does not bind, and the curvature is missing or negative
    "no-curvature-behind-a-kink": ("relu(u) + v^2", True),
    "concave-behind-a-kink": ("relu(u) + v^2 - u^2", False),
    "zero-multiplier-concave": ("relu(u) + relu(-u) + relu(v) - relu(-v)^2", False),
    # a sign pattern without multipliers
    "one-pattern-falls": ("relu(u) + relu(-u) + relu(v) - 1/2*relu(-v)", False),
    "one-corner-falls": ("relu(u) + relu(-u) + relu(v) + relu(-v) - 3*relu(u + v)", False),
    "one-corner-flat": ("relu(u) + relu(-u) + relu(v) + relu(-v) - relu(u + v)", True),
    # kinks of a kink
    "flat-along-a-bent-valley": ("relu(relu(u) - v) + relu(v - relu(u)) + relu(-u)", True),
    "falls-along-a-bent-valley": (
        "relu(relu(u) - v) + relu(v - relu(u)) + relu(-u) - 1/4*u - 1/4*relu(u)",
        False,
    ),
    "inner-kink-hides": ("relu(relu(u) - relu(v)) + relu(-u) + relu(-v)", True),
    # gradients of the kinks vanish or agree
    "kink-without-gradient": ("relu(u*v) + relu(-u*v) + u^2 - v^2", False),
    "tangent-kinks-and-concave": (
        "relu(u - v^2) + relu(v^2 - u) + relu(u) + relu(-u) - 2*v^2",
        False,
    ),
    "tangent-kinks-cancel": ("relu(u - v^2) + relu(v^2 - u) + relu(u) + relu(-u) - v^2", True),
    "cancelling-kinks": ("relu(u) - relu(u) + v^2", True),
    "monkey": ("relu(u) + relu(-u) + v^3", False),
}


@pytest.mark.parametrize("name", TRAPS)
def test_what_looks_like_a_strict_minimum_is_not_proved(name: str) -> None:
    text, minimum = TRAPS[name]
    objective = formula(text)
    found = kink_minimum(at_kink(objective))
    assert found is None or (minimum and found.evidence is not Evidence.KINKS)
    report = check(objective, [0, 0])
    assert not (report.proved and report.kind == "strict")
    assert minimum or report.verdict is not Verdict.LOCAL_MINIMUM


def test_the_point_itself_is_asked_about() -> None:
    """At another point of the same objective there is no kink, or no minimum."""
    objective = formula("relu(u) + relu(-u) + v^2")
    assert kink_minimum(at_kink(objective, ["1/1000000000", 0])) is None
    assert kink_minimum(at_kink(objective, [0, "1/1000000000"])) is None
    assert kink_minimum(at_kink(objective, [0.0, 0.0])) is None
    assert kink_minimum(at_kink(formula("u^2 + v^2"))) is None


def test_a_switch_that_is_no_certain_zero_decides_nothing() -> None:
    """The first argument is 0, and no enclosure shows it: then its sign is not decided."""
    zero = "sqrt(5 + 2*sqrt(6)) - sqrt(2) - sqrt(3)"
    assert kink_minimum(at_kink(formula(f"relu(u + {zero}) + relu(-u) + v^2"))) is None
    assert kink_minimum(at_kink(formula("relu(sqrt(u^2)) + relu(u) + v^2"))) is None


def network(inputs: Any, targets: Any, loss: str, layers: list[int], **options: Any) -> Objective:
    return Objective(Network(layers, "relu", **options), Data(inputs, targets), loss)


LOSSES: dict[str, tuple[Objective, list[Any]]] = {
    "median": (network([[1], [1], [1]], [0, 1, 5], "absolute", [1, 1], bias=False), [1]),
    "line-through-three": (network([[0], [1], [2]], [1, 2, 3], "absolute", [1, 1]), [1, 1]),
    "line-through-two": (network([[0], [1], [2]], [1, 1, 9], "absolute", [1, 1]), [4, 1]),
    "repeated-samples": (network([[1]] * 5 + [[2]] * 5, [0] * 10, "absolute", [1, 1]), [0, 0]),
    "opposite-inputs": (network([[-1], [1]], [0, 0], "absolute", [1, 1], bias=False), [0]),
    "hinge": (network([[1], [1], [-1]], [1, 1, 1], "hinge", [1, 1], bias=False), [1]),
    "lasso": (
        Objective(
            Network([2, 1], [], bias=False),
            Data([[1, 0], [0, 1]], [3, "1/4"]),
            "half-squared",
            "sum",
            Regularizer([0, 0], [1, 1]),
        ),
        [2, 0],
    ),
    "huber-edge": (
        Objective(Network([1, 1], [], bias=False), Data([[1], [1]], [-1, 1]), "huber"),
        [0],
    ),
    "two-outputs": (network([[1], [1]], [[0, 1], [0, 1]], "absolute", [1, 2], bias=False), [0, 1]),
}


@pytest.mark.parametrize("name", LOSSES)
def test_minima_of_losses_and_penalties_with_kinks(name: str, tmp_path: Path) -> None:
    objective, point = LOSSES[name]
    at = at_kink(objective, point)
    assert accepted(at, tmp_path) == "the point is a strict local minimum"
    assert least_rise(at, shortest=1e-3) > 0


LINEAR = st.sampled_from(["u", "v", "u + v", "u - v", "2*u - v", "v - 3*u", "-u"])
CURVED = st.sampled_from(["u^2", "u*v", "-u^2", "v^2", "u^3", "u^2 + v^2", "relu(u)", "relu(-v)"])
SIZES = st.sampled_from(["1", "2", "1/2", "3"])


@st.composite
def kinked_terms(draw: st.DrawFn) -> str:
    """A kinked function, mostly one that rises to both sides."""
    argument = draw(LINEAR)
    if draw(st.booleans()):
        argument += f" - ({draw(CURVED)})"
    size = draw(SIZES)
    if draw(st.integers(0, 3)):
        return f"{size}*(relu({argument}) + relu(-({argument})))"
    return f"{draw(st.sampled_from(['', '-']))}{size}*relu({argument})"


@st.composite
def kinked_formulas(draw: st.DrawFn) -> str:
    kinked = draw(st.lists(kinked_terms(), min_size=1, max_size=4))
    smooth = [
        f"{draw(SIZES)}*({draw(st.one_of(LINEAR, CURVED))})" for _ in range(draw(st.integers(0, 2)))
    ]
    square = ["u^2 + v^2"] if draw(st.booleans()) else []
    return " + ".join([*kinked, *smooth, *square])


@given(text=kinked_formulas(), seed=st.integers(0, 1000))
@settings(deadline=None)
def test_no_lower_value_is_near_a_proved_minimum(
    text: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    at = at_kink(formula(text))
    if kink_minimum(at) is None:
        return
    assert least_rise(at, seed, radii=NEAR) > -1e-13, text
    accepted(at, tmp_path_factory.mktemp("drawn"))


@st.composite
def linear_problems(draw: st.DrawFn) -> tuple[Objective, list[int]]:
    """Linear or relu models with losses and penalties that have kinks, at small whole numbers."""
    m = draw(st.integers(1, 4))
    x = draw(st.lists(st.lists(st.integers(-2, 2), min_size=2, max_size=2), min_size=m, max_size=m))
    loss = draw(st.sampled_from(["absolute", "hinge", "squared", "huber"]))
    targets = st.sampled_from([-1, 1]) if loss == "hinge" else st.integers(-2, 2)
    y = draw(st.lists(targets, min_size=m, max_size=m))
    point = [draw(st.integers(-1, 1)), draw(st.integers(-1, 1))]
    fitted = draw(st.lists(st.booleans(), min_size=m, max_size=m))
    if loss != "hinge":  # most samples lie on the line
        y = [int(np.dot(row, point)) + e * f for row, e, f in zip(x, y, fitted, strict=True)]
    output = draw(st.sampled_from(["p*s + q*t", "relu(p*s + q*t)", "relu(p*s) + relu(q*t)"]))
    model = Expression(["s", "t"], ["p", "q"], [output])
    decay = draw(st.sampled_from([0, "1/2", 2]))
    objective = Objective(model, Data(x, y), loss, "sum", Regularizer([0, 0], [decay, decay]))
    return objective, point


@given(problem=linear_problems(), seed=st.integers(0, 1000))
@settings(deadline=None)
def test_no_lower_value_is_near_a_proved_minimum_of_a_loss(
    problem: tuple[Objective, list[int]], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    at = at_kink(*problem)
    if kink_minimum(at) is None:
        return
    assert least_rise(at, seed, radii=NEAR) > -1e-13
    accepted(at, tmp_path_factory.mktemp("drawn"))
