"""Minima at kinks that are not strict: free coordinates, symmetries and convex pieces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.certificates.prove.kinks import prove_kink_slice
from pgb.check import check
from pgb.conditions import (
    Evaluation,
    Evidence,
    Finding,
    Verdict,
    branch_minimum,
    free_branch_minimum,
    kink_minimum,
)
from pgb.models import Expression, Network
from pgb.problems import Data, Objective, Regularizer
from pgb.transforms import eliminate

from .test_kink_minima import NEAR, accepted, at_kink, formula, least_rise


def proof(at: Evaluation) -> Finding | None:
    return kink_minimum(at) or prove_kink_slice(at)


BRANCHES = {
    "slope-depends-on-the-free-one": ("relu(u) + relu(-u) + u*v", 1),
    "slope-is-an-exponential": ("2*relu(u) + 2*relu(-u) + u*exp(v)", 1),
    "irrational-multipliers": ("3*relu(u) + 3*relu(-u) + u*exp(v + 1/2)", 1),
    "sharp-and-square": ("relu(u) + relu(-u) + w^2 + u*v*w + w^2*v", 1),
    "two-free-ones": ("3*relu(u) + 3*relu(-u) + u*cos(v + w)", 2),
    "kinks-join-coordinates": (
        "3*relu(w + u) + 3*relu(-w - u) + 3*relu(w - u) + 3*relu(u - w) + u*exp(v)",
        1,
    ),
    "dead-unit": ("relu(u) + relu(-u) + w*relu(v - 1)", 2),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_minimum_with_free_coordinates(name: str, tmp_path: Path) -> None:
    text, dimension = BRANCHES[name]
    at = at_kink(formula(text, "u v w" if "w" in text else "u v"))
    found = kink_minimum(at)
    assert found is not None and found.evidence is Evidence.KINK_BRANCH
    assert f"branch of {dimension} dimension" in accepted(at, tmp_path)
    assert least_rise(at) > -1e-13


#: Gradients that are 0 for all v, which shows in the formula and not in enclosures.
SMOOTH_BRANCHES = {
    "terms-cancel": "u*exp(v) - u*exp(v + 1)/e + u^2",
    "cancel-with-a-curvature": "u*sin(v) - sin(v)*u + u^2*exp(v)",
    "two-across": "u*exp(v) - u*exp(v)*1 + u^2 + u*w*sin(v)/2 + w^2",
}


@pytest.mark.parametrize("name", SMOOTH_BRANCHES)
def test_minimum_with_free_coordinates_away_from_kinks(name: str, tmp_path: Path) -> None:
    text = SMOOTH_BRANCHES[name]
    at = at_kink(formula(text, "u v w" if "w" in text else "u v"))
    found = free_branch_minimum(at)
    assert found is not None and found.evidence is Evidence.KINK_BRANCH
    assert "whatever they are the gradient is 0" in found.reason
    assert "branch of 1 dimension" in accepted(at, tmp_path, found)
    assert least_rise(at) > -1e-13


@pytest.mark.parametrize(
    "text",
    ["u^2 + 2*u*v^3", "u^2*v^2 + u^2*v", "u^2 + v^4", "u^2 - v^4", "u^2*exp(v) + u*v^2*sin(v)"],
)
def test_a_gradient_that_is_zero_only_at_the_point_makes_no_branch(text: str) -> None:
    assert free_branch_minimum(at_kink(formula(text, "u v"))) is None


def test_formulas_show_what_enclosures_do_not() -> None:
    at = at_kink(formula(SMOOTH_BRANCHES["terms-cancel"], "u v"))
    assert branch_minimum(at) is None


#: Each breaks a hypothesis about the free coordinates or the Lagrangian; none is a minimum.
FALLING = {
    "multiplier-vanishes-and-turns": "relu(u) + relu(-u) + u*(1 + v)",
    "multiplier-vanishes-and-is-negative-around": "relu(u) + relu(-u) + u*(1 + v^2)",
    "sharpness-degenerates": "v^2*(relu(u) + relu(-u)) - u^2",
    "kink-leaves-the-branch": "2*relu(u - v^3) + 2*relu(v^3 - u) - u",
    "value-changes-along-the-branch": "relu(u) + relu(-u) - v^3",
    "not-stationary-off-the-point": "relu(u) + relu(-u) + w^2 + w*v^3",
    "across-the-branch-concave": "relu(u) + relu(-u) - w^2 + w^2*v + 0*v",
    "not-positive-off-the-point": "relu(u) + relu(-u) + v*w^2",
    "lagrangian-of-third-degree": "relu(u) + relu(-u) + w^2 + v^3",
    "lagrangian-not-convex": "relu(u) + v^2 + 3*v*w + w^2",
    "convex-and-not-stationary": "relu(u) + relu(-u) + v^2 + 1/1000*w",
    "kink-of-second-degree": "relu(u^2 - v^2) + w^2 - u^2 + 1/2*v^2 - relu(-w)",
}


@pytest.mark.parametrize("name", FALLING)
def test_what_looks_like_a_flat_minimum_is_not_proved(name: str) -> None:
    text = FALLING[name]
    objective = formula(text, "u v w" if "w" in text else "u v")
    assert proof(at_kink(objective)) is None
    assert check(objective, [0] * objective.size).verdict is not Verdict.LOCAL_MINIMUM


CONVEX = {
    "flat-side": "relu(u) + v^2",
    "median-interval": "relu(u) + relu(-u) + relu(1 - u) + u + relu(v)",
    "flat-along-a-parabola": "2*relu(v - u^2) + 2*relu(u^2 - v) - v + u^2",
    "flat-valley": "relu(u - v) + relu(v - u)",
}


@pytest.mark.parametrize("name", CONVEX)
def test_flat_minimum_with_convex_pieces(name: str, tmp_path: Path) -> None:
    at = at_kink(formula(CONVEX[name]))
    found = kink_minimum(at)
    assert found is not None and found.evidence is Evidence.CONVEX_PIECES
    assert accepted(at, tmp_path) == "the point is a local minimum"
    assert least_rise(at) > -1e-13


LINE = Data([[0], [1], [2], [3]], [0, 0, 2, 4])
BENT = Data([[0], [1], [2], [3]], [0, -1, 2, 4])


@pytest.mark.parametrize(
    ("data", "layers", "point", "words"),
    [
        (LINE, [1, 1, 1], [1, -1, 2, 0], "strict up to symmetries of 1 dimension"),
        (BENT, [1, 1, 1], [1, -1, 2, 0], "strict up to symmetries of 1 dimension"),
        (LINE, [1, 2, 1], [1, 0, -1, -5, 2, 3, 0], "on a branch of 4 dimension"),
    ],
)
def test_relu_networks_on_their_kinks(
    data: Data, layers: list[int], point: list[int], words: str, tmp_path: Path
) -> None:
    """Outgoing weights are free to scale, so that no minimum is strict."""
    at = at_kink(Objective(Network(layers, "relu"), data, "absolute"), point)
    found = proof(at)
    assert words in accepted(at, tmp_path, found)
    assert least_rise(at) > -1e-13


def test_a_decayed_weight_has_no_symmetry() -> None:
    """With decay of one layer the point is not even stationary along the former orbit."""
    decay = {"weight_decay": "1/10", "decay_parameters": ["W2"]}
    objective = Objective(Network([1, 1, 1], "relu"), LINE, "absolute", **decay)
    assert proof(at_kink(objective, [1, -1, 2, 0])) is None


@pytest.mark.parametrize(("lam", "minimum"), [(2, True), ("7/8", True), ("6/7", False), (0, False)])
def test_unsquared_penalty_of_an_eliminated_problem(
    lam: Any, minimum: bool, tmp_path: Path
) -> None:
    """Local minima return where the penalty on a exceeds the sum |1 - e| / 2 = 0.859 of here."""
    model = Expression(["x"], ["c"], ["c"])
    objective = eliminate(Objective(model, Data([[0], [1]], [0, 1])), lam, "absolute")
    at = at_kink(objective, ["1/2", 0, 0, 1])
    found = proof(at)
    assert (found is not None) == minimum
    if found is not None:
        assert "on a branch of 2 dimension(s)" in accepted(at, tmp_path, found)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Objective, list[int]]:
    """Small relu networks without biases, mostly fitted, with losses and penalties with kinks."""
    m = draw(st.integers(1, 3))
    x = draw(st.lists(st.lists(st.integers(-1, 1), min_size=2, max_size=2), min_size=m, max_size=m))
    point = [draw(st.integers(-1, 2)) for _ in range(6)]
    units = [point[:2], point[2:4]]
    values = [
        sum(v * max(0, w[0] * s + w[1] * t) for v, w in zip(point[4:], units, strict=True))
        for s, t in x
    ]
    y = [value + draw(st.sampled_from([0, 0, 0, 1, -1])) for value in values]
    loss = draw(st.sampled_from(["absolute", "squared", "huber"]))
    decay = [draw(st.sampled_from([0, 0, 1])) for _ in range(6)]
    network = Network([2, 2, 1], "relu", bias=False)
    return Objective(network, Data(x, y), loss, "sum", Regularizer([0] * 6, decay)), point


@given(problem=networks(), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=50)
def test_no_lower_value_is_near_a_proved_minimum_of_a_network(
    problem: tuple[Objective, list[int]], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    at = at_kink(*problem)
    found = proof(at)
    if found is None:
        return
    assert least_rise(at, seed, radii=NEAR) > -1e-13
    accepted(at, tmp_path_factory.mktemp("drawn"), found)
