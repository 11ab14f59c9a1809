"""The probe far along an exact fiber refutes saddles of every order, and never a minimum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions import (
    Curvature,
    Evidence,
    Stationarity,
    Verdict,
    coordinate_families,
    network_families,
    parameter_name,
    probe,
)
from pgb.models import Expression, Network
from pgb.numbers import Balls, Exact
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def refutation(at: Any) -> Any:
    return probe(at, coordinate_families(at) + network_families(at))


@st.composite
def divided_difference_saddles(draw: st.DrawFn, order: int) -> tuple[Objective, list[Any]]:
    """A constant model whose output gradients are weights of a divided difference."""
    steps = draw(exact_arrays((order,), positive_rationals(2)))
    nodes = [draw(rationals(1)) + sum(steps[:i], fmpq(0)) for i in range(1)]
    for step in steps:
        nodes.append(nodes[-1] + step)
    scale = draw(rationals(zero=False))
    weights = []
    for i, node in enumerate(nodes):
        weight = scale
        for j, other in enumerate(nodes):
            weight = weight if i == j else weight / (node - other)
        weights.append(weight)
    model = Expression(["x"], [], ["0"])
    base = Objective(model, Data([[n] for n in nodes], [-w / 2 for w in weights]), reduction="sum")
    return eliminate(base, draw(positive_rationals(2))), [0, draw(rationals(1)), 0]


@pytest.mark.parametrize("order", range(2, 9))
@given(data=st.data())
@settings(max_examples=8)
def test_saddles_of_every_order_are_refuted_beside_vanishing_derivatives(
    evaluate: Any, data: Any, order: int
) -> None:
    objective, point = data.draw(divided_difference_saddles(order))
    at = evaluate(objective, point)
    assert Stationarity(at).exactly_zero is True
    inertia = Curvature(at).inertia
    assert inertia is not None and inertia.negative == 0
    finding = refutation(at)
    assert finding is not None and finding.proved
    assert (finding.verdict, finding.evidence) == (Verdict.NOT_A_LOCAL_MINIMUM, Evidence.PGB_PROBE)


def test_a_refutation_can_be_repeated_from_its_details(evaluate: Any, formula: Any) -> None:
    objective = eliminate(formula("c", "c", x=[[0], [1], [2]], y=[1, -2, 1]), "1/10")
    at = evaluate(objective, [0, 0, 0, 0])
    finding = refutation(at)
    moved = finding.details["direction"]
    names = [parameter_name(at, j) for j in range(objective.size)]
    end = [moved.get(name, 0) for name in names]
    there = evaluate(objective, end)
    enclosure = there.gradient(128)[names.index(finding.details["parameter"])]
    with Balls(128) as ar:
        assert ar.certainly_nonzero(np.array([enclosure], dtype=object))[0]
    ar = Exact()
    difference = objective.outputs(ar, ar.asarray(there.candidate.point)) - objective.outputs(
        ar, ar.asarray(at.candidate.point)
    )
    assert np.all(ar.certainly_zero(difference))


@given(rationals(2), rationals(2), positive_rationals(3))
@settings(max_examples=30)
def test_a_strict_minimum_with_a_dead_unit_is_never_refuted(
    evaluate: Any, formula: Any, w: fmpq, v: fmpq, margin: fmpq
) -> None:
    """w + 1 fits one of the two targets' mean; the unit is off on both samples."""
    objective = formula("w + v*relu(b + x)", "w v b", x=[[0], [1]], y=[0, 2])
    assert refutation(evaluate(objective, [1, v, -1 - margin])) is None


@given(st.data())
@settings(max_examples=30)
def test_a_network_that_fits_is_never_refuted(evaluate: Any, data: Any) -> None:
    """The targets are the outputs at the point, so it is a global minimum."""
    shape = data.draw(st.sampled_from(["relu", "tanh", "quadratic", "leaky-relu"]))
    network = Network([1, 2, 1], shape)
    point = data.draw(exact_arrays((network.size,), st.one_of(st.just(0), rationals(1))))
    inputs = [[fmpq(j)] for j in range(3)]
    ar = Exact()
    targets = network.outputs(ar, ar.asarray(point), ar.asarray(np.array(inputs, dtype=object)))
    base = Objective(network, Data(inputs, targets))
    assert refutation(evaluate(base, point)) is None
    eliminated = eliminate(base, "1/2")
    assert refutation(evaluate(eliminated, [*point, 0, fmpq(1, 3), 1])) is None


def test_a_kink_on_the_way_is_not_crossed(evaluate: Any, formula: Any) -> None:
    """(a, w) = (0, -1) is a flat local minimum of (a relu(w) - 1)^2; at (0, 1) a slope of -2."""
    at = evaluate(formula("a*relu(w)", "a w", y=[1]), [0, -1])
    assert coordinate_families(at)
    assert refutation(at) is None


def test_a_fiber_point_that_is_not_connected_does_not_refute(evaluate: Any, formula: Any) -> None:
    """(c w^2 (1 - w) + 1)^2 has a local minimum at (1, 0); (1, 1) has its output and a slope."""
    assert refutation(evaluate(formula("c*w^2*(1 - w)", "c w", y=[-1]), [1, 0])) is None


def test_the_bias_of_a_unit_without_outgoing_weight_is_probed(evaluate: Any) -> None:
    """At 0 every residual moment seen by tanh(0) vanishes; a shifted unit sees the parity."""
    data = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    objective = Objective(Network([2, 1, 1], "tanh"), data)
    at = evaluate(objective, [0, 0, 0, 0, "1/2"])
    assert Stationarity(at).exactly_zero is True
    finding = refutation(at)
    assert finding is not None and finding.details["parameter"].startswith("W2")


@pytest.mark.parametrize(
    ("bias", "shown"), [(-1, "becomes -2.94 there"), (-900, "becomes -1.09e-390 there")]
)
def test_a_slope_below_the_range_of_doubles_is_shown_by_its_digits(
    evaluate: Any, bias: int, shown: str
) -> None:
    base = Objective(Network([1, 1], output_activation="relu", bias=False), Data([[-1]], [[4]]))
    finding = refutation(evaluate(eliminate(base, "1/10"), [3, 0, bias, 0]))
    assert finding is not None and finding.details["parameter"] == "a[0]"
    assert shown in finding.reason


def test_a_ball_is_never_refuted_by_a_probe(evaluate: Any, formula: Any) -> None:
    objective = eliminate(formula("c", "c", x=[[0], [1], [2]], y=[1, -2, 1]), "1/10")
    assert refutation(evaluate(objective, [0.0, 0.0, 0.0, 0.0])) is None
