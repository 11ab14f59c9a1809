"""Minima that are strict up to symmetries: rescalings, and mixings of linear units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pgb.check import check
from pgb.conditions import Evidence, Verdict, symmetry_minimum
from pgb.models import AffineField, Network
from pgb.models.activations import activation
from pgb.numbers import Exact
from pgb.problems import Candidate, Data, Objective, Regularizer
from pgb.strategies import exact_arrays, positive_rationals, rationals

EXACT = Exact()
TINY = fmpq(1, 10**30)
HOMOGENEOUS = ["relu", "leaky-relu", "identity", "quadratic", "cubic"]
nonzero = rationals(3, zero=False)
ascending = st.lists(positive_rationals(3), min_size=3, max_size=3, unique_by=str).map(sorted)


def one_unit(name: str, w: fmpq, v: fmpq, x: list[fmpq], t: list[fmpq]) -> tuple[Objective, Any]:
    """v h(w x) without biases, with output gradients orthogonal to h(w x)."""
    model = Network([1, 1, 1], name, bias=False)
    inputs = EXACT.asarray([[a] for a in x])
    h = activation(name).value(EXACT, w * inputs)[:, 0]
    gradients = EXACT.asarray(t)
    gradients = gradients - h * (np.sum(gradients * h) / np.sum(h * h))
    targets = v * h - gradients
    return Objective(model, Data(inputs, targets[:, None]), "half-squared", "sum"), [w, v]


@given(
    st.sampled_from(HOMOGENEOUS),
    nonzero,
    nonzero,
    st.lists(positive_rationals(3), min_size=2, max_size=4),
    st.data(),
)
@settings(max_examples=40)
def test_a_homogeneous_unit_is_a_minimum_up_to_its_scale(
    evaluate: Any, name: str, w: fmpq, v: fmpq, x: list[fmpq], data: Any
) -> None:
    assume(name != "relu" or w > 0)
    objective, point = one_unit(name, w, v, x, list(data.draw(exact_arrays([len(x)]))))
    finding = symmetry_minimum(evaluate(objective, point))
    assert finding is not None and finding.proved
    assert (finding.verdict, finding.evidence) == (Verdict.LOCAL_MINIMUM, Evidence.SYMMETRY)
    assert finding.details["dimension"] == 1
    off = evaluate(objective, [w, v + TINY])
    assert symmetry_minimum(off) is None


@given(st.sampled_from(HOMOGENEOUS), st.integers(-30, 30), nonzero, st.data())
@settings(max_examples=30)
def test_the_answer_is_the_same_along_the_whole_orbit(
    evaluate: Any, name: str, power: int, v: fmpq, data: Any
) -> None:
    """Also where the Hessian's eigenvalues are far apart."""
    t = list(data.draw(exact_arrays([3])))
    objective, (w, v) = one_unit(name, fmpq(1), v, [fmpq(1), fmpq(2), fmpq(3)], t)
    scale = fmpq(2) ** power
    degree = activation(name).homogeneous_degree
    assert degree is not None
    there = [scale * w, v / scale**degree]
    assert symmetry_minimum(evaluate(objective, there)) is not None


@given(ascending, st.integers(1, 2), st.data())
@settings(max_examples=30)
def test_a_linear_bottleneck_is_a_minimum_exactly_at_the_largest_singular_values(
    evaluate: Any, values: list[fmpq], rank: int, data: Any
) -> None:
    """Targets diag(s) for the unit vectors; any factorization, a group that does not commute."""
    order = data.draw(st.permutations(range(3)))
    kept = order[:rank]
    mixing = invertible(data, rank)
    objective, point = bottleneck(values, kept, mixing)
    finding = symmetry_minimum(evaluate(objective, point))
    if set(kept) == set(range(3 - rank, 3)):
        assert finding is not None
        assert finding.details["dimension"] == rank * rank
        assert len(finding.witness["fields"]) == rank * rank
    else:
        assert finding is None
        candidate = Candidate.from_vector(objective.parameters, point)
        assert check(objective, candidate).verdict is Verdict.NOT_A_LOCAL_MINIMUM


def invertible(data: Any, rank: int) -> fmpq_mat:
    entries = data.draw(exact_arrays([rank, rank], st.integers(-2, 2).map(fmpq)))
    mixing = fmpq_mat(entries.tolist())
    assume(mixing.det() != 0)
    return mixing


def bottleneck(values: list[fmpq], kept: list[int], mixing: fmpq_mat) -> tuple[Objective, Any]:
    """W2 W1 keeps some of the singular values: W1 = A P, W2 = P' diag(s) A^-1."""
    rank = len(kept)
    P = EXACT.asarray([[int(i == j) for i in range(3)] for j in kept])
    A, inverse = EXACT.asarray(mixing.tolist()), EXACT.asarray(mixing.inv().tolist())
    s = EXACT.asarray([values[j] for j in kept])
    W1, W2 = EXACT.matmul(A, P), EXACT.matmul(P.T * s, inverse)
    identity = np.eye(3, dtype=int)
    data = Data(identity, EXACT.asarray(identity) * EXACT.asarray(values))
    model = Network([3, rank, 3], "identity", bias=False)
    return Objective(model, data), [*W1.ravel(), *W2.ravel()]


@given(positive_rationals(3), positive_rationals(3), st.data())
@settings(max_examples=10)
def test_equal_singular_values_leave_more_than_the_orbit(
    evaluate: Any, s: fmpq, least: fmpq, data: Any
) -> None:
    objective, point = bottleneck([least, s, s], [2], invertible(data, 1))
    assert symmetry_minimum(evaluate(objective, point)) is None


@given(st.data(), st.integers(1, 3), st.sampled_from(["quadratic", "cubic", "identity", "relu"]))
@settings(max_examples=20)
def test_every_layer_of_a_chain_has_its_own_scale(
    evaluate: Any, data: Any, depth: int, name: str
) -> None:
    model = Network([1] * (depth + 2), name, bias=False)
    weights = EXACT.asarray(data.draw(exact_arrays([depth + 1], positive_rationals(2))))
    inputs = EXACT.asarray([[1], [2]])
    f = model.outputs(EXACT, weights, inputs)[:, 0]
    r = EXACT.asarray([f[1], -f[0]]) * data.draw(rationals(2))
    objective = Objective(model, Data(inputs, (f - r)[:, None]), reduction="mean")
    finding = symmetry_minimum(evaluate(objective, weights))
    assert finding is not None
    assert finding.details["dimension"] == depth


@given(st.sampled_from(HOMOGENEOUS), nonzero, nonzero)
@settings(max_examples=20)
def test_the_fields_of_the_witness_keep_the_outputs(
    evaluate: Any, name: str, w: fmpq, v: fmpq
) -> None:
    w = abs(w)
    objective, point = one_unit(name, w, v, [fmpq(1), fmpq(2)], [fmpq(1), fmpq(-1)])
    finding = symmetry_minimum(evaluate(objective, point))
    assert finding is not None
    theta = EXACT.asarray(point)
    jacobian = objective.jacobian(EXACT, theta).reshape(-1, objective.size)
    for plain in finding.witness["fields"]:
        entries = {(i, j): fmpq(int(v)) for i, j, v in plain["entries"]}
        field = AffineField.sparse(objective.size, entries, "")
        moved = EXACT.matmul(jacobian, field.at(EXACT, theta)[:, None])
        assert all(EXACT.certainly_zero(moved).ravel())


def test_a_symmetry_that_moves_a_penalized_parameter_is_none(evaluate: Any) -> None:
    """At a stationary point the penalties balance along the orbit; the minimum is strict."""
    model = Network([1, 1, 1], "quadratic", bias=False)
    objective = Objective(model, Data([[1]], [2]), regularizer=Regularizer([2, 1]))
    at = evaluate(objective, [1, 1])
    assert at.exact_gradient_is_zero is True
    assert symmetry_minimum(at) is None
    candidate = Candidate.from_vector(objective.parameters, [1, 1])
    assert check(objective, candidate).kind == "strict"


def test_a_penalty_on_parameters_that_no_symmetry_moves_is_no_obstacle(evaluate: Any) -> None:
    model = Network([1, 1, 1], "quadratic")
    penalty = Regularizer([0, 0, 0, 1])
    objective = Objective(model, Data([[1], [2], [3]], [1, 4, 9]), regularizer=penalty)
    finding = symmetry_minimum(evaluate(objective, [1, 0, 1, 0]))
    assert finding is not None
    assert finding.details["dimension"] == 1


@pytest.mark.parametrize(
    ("name", "point", "why"),
    [
        ("quadratic", [0, 0], "the orbit is one point"),
        ("quadratic", [0, 1], "the outputs do not depend on w to first order"),
        ("identity", [0, 0], "a saddle or flat"),
        ("relu", [0, 1], "a kink"),
        ("tanh", [1, 1], "no symmetry"),
    ],
)
def test_special_points_are_not_proved(
    evaluate: Any, name: str, point: list[int], why: str
) -> None:
    model = Network([1, 1, 1], name, bias=False)
    outputs = model.outputs(EXACT, EXACT.asarray(point), EXACT.asarray([[1], [2]]))
    objective = Objective(model, Data([[1], [2]], outputs))
    assert symmetry_minimum(evaluate(objective, point)) is None, why


def test_floats_and_points_in_closed_form_are_left_to_others(evaluate: Any) -> None:
    objective = Objective(Network([1, 1, 1], "identity", bias=False), Data([[1]], [1]))
    assert symmetry_minimum(evaluate(objective, [1, 1])) is not None
    assert symmetry_minimum(evaluate(objective, [1.0, 1.0])) is None
    assert symmetry_minimum(evaluate(objective, ["sqrt(2)", "1/sqrt(2)"])) is None


def test_a_formula_has_its_symmetries_too(evaluate: Any, formula: Any) -> None:
    objective = formula("u*w*x + c", "u w c", x=[[1], [2], [4]], y=[1, 5, 4])
    slope = fmpq(11, 14)
    finding = symmetry_minimum(evaluate(objective, [slope, 1, fmpq(10, 3) - slope * fmpq(7, 3)]))
    assert finding is not None
    assert finding.details["dimension"] == 1


@pytest.mark.parametrize("loss", ["squared", {"name": "huber", "delta": 2}])
def test_at_the_edge_of_a_loss_nothing_is_claimed(evaluate: Any, loss: Any) -> None:
    """Residuals 2 and -2 are where the second derivative of the Huber loss jumps."""
    model = Network([1, 1, 1], "identity", bias=False)
    objective = Objective(model, Data([[1], [1], [1]], [3, -1, 1]), loss)
    assert (symmetry_minimum(evaluate(objective, [1, 1])) is None) == (loss != "squared")


@given(st.permutations(range(4)), st.booleans(), nonzero, nonzero, st.sampled_from([0, TINY]))
@settings(max_examples=25)
def test_the_order_of_samples_and_units_does_not_matter(
    evaluate: Any, order: list[int], swap: bool, v: fmpq, t: fmpq, missed: fmpq
) -> None:
    """One relu unit for the positive and one for the negative inputs: two scales."""
    x, r = [1, 2, -1, -2], [2 * t, -t, -4 * t, 2 * t + missed]
    y = [v * a - b for a, b in zip(x, r, strict=True)]
    model = Network([1, 2, 1], "relu", bias=False)
    answers = []
    for chosen, swapped in ((range(4), False), (order, swap)):
        data = Data([[x[i]] for i in chosen], [y[i] for i in chosen])
        point = [-1, 1, -v, v] if swapped else [1, -1, v, -v]
        found = symmetry_minimum(evaluate(Objective(model, data, "half-squared", "sum"), point))
        answers.append(None if found is None else found.details["dimension"])
    assert answers[0] == answers[1] == (None if missed else 2)


@given(st.sampled_from(HOMOGENEOUS), nonzero, nonzero, st.data())
@settings(max_examples=20)
def test_no_lower_value_lies_near_a_proved_minimum(
    evaluate: Any, name: str, w: fmpq, v: fmpq, data: Any
) -> None:
    t = list(data.draw(exact_arrays([3])))
    objective, point = one_unit(name, abs(w), v, [fmpq(1), fmpq(2), fmpq(3)], t)
    assert symmetry_minimum(evaluate(objective, point)) is not None
    theta = EXACT.asarray(point)
    here = objective.value(EXACT, theta)
    for k, step in enumerate(data.draw(st.lists(exact_arrays([2]), min_size=6, max_size=6))):
        assert objective.value(EXACT, theta + step / 10 ** (3 + k)) >= here
