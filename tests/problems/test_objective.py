from __future__ import annotations

import pickle
from typing import Any

import flint
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.models import Network
from pgb.numbers import Balls, Exact, Float64
from pgb.problems import Data, Objective, Regularizer

XOR = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
LINEAR = Network([1, 1])


def test_plain_means_and_sums() -> None:
    f = Float64()
    theta = np.array([2.0, 1.0])
    data = Data([[0], [1]], [0, 5], [1, 3])
    assert Objective(LINEAR, data, "squared").value(f, theta) == (1 + 3 * 4) / 4
    assert Objective(LINEAR, data, "half-squared", "sum").value(f, theta) == (1 + 3 * 4) / 2


def test_equal_weights_of_any_shape_change_nothing_in_a_mean() -> None:
    network, f = Network([1, 2]), Float64()
    theta = np.array([1.0, 2.0, 3.0, 4.0])
    targets = [[1, 2], [3, 5], [0, 0]]
    values = [
        Objective(network, Data([0, 1, 2], targets, weights), "squared").value(f, theta)
        for weights in (None, [7, 7, 7], [[3, 3]] * 3)
    ]
    assert values[0] == pytest.approx(values[1], rel=1e-15)
    assert values[0] == pytest.approx(values[2], rel=1e-15)


def test_the_mean_is_an_exact_division() -> None:
    e = Exact()
    objective = Objective(LINEAR, Data([[0], [1], [2]], [0, 0, 1]))
    assert objective.value(e, e.asarray([0, 0]))[()] == fmpq(1, 3)
    assert [str(v) for v in objective.coefficients(e).ravel()] == ["1/3"] * 3


def test_weight_decay_by_keyword_equals_the_regularizer() -> None:
    network, f = Network([2, 2, 1]), Float64()
    theta = np.linspace(-1, 1, network.size)
    named = Objective(network, XOR, weight_decay="1/10", decay_parameters=["W1", "b2"])
    extra = named.value(f, theta) - Objective(network, XOR).value(f, theta)
    assert extra == pytest.approx(0.1 * (np.sum(theta[:4] ** 2) + theta[-1] ** 2), rel=1e-12)
    everything = Objective(network, XOR, weight_decay=0.5)
    assert everything.regularizer.active.all()
    added = Objective(network, XOR).add_regularizer(everything.regularizer)
    np.testing.assert_array_equal(added.gradient(f, theta), everything.gradient(f, theta))


def test_relu_kinks_appear_as_switches_and_in_one_sided_derivatives() -> None:
    network, e = Network([1, 1, 1], activation="relu", bias=False), Exact()
    objective = Objective(network, Data([[1]], [1]))
    at = e.asarray([0, 1])  # (relu(0 * 1) * 1 - 1)^2
    assert [s.order for s in objective.switches(e, at)] == [1]
    assert objective.directional_derivative(e, at, e.asarray([1, 0]))[()] == -2
    assert objective.directional_derivative(e, at, e.asarray([-1, 0]))[()] == 0


def test_kinks_of_loss_and_penalty_are_switches_too() -> None:
    e = Exact()
    objective = Objective(
        LINEAR, Data([[1]], [2]), "absolute", regularizer=Regularizer([0, 0], [1, 0])
    )
    labels = [s.label for s in objective.switches(e, e.asarray([0, 2]))]
    assert labels == ["kink of the absolute loss", "absolute value in the penalty"]
    derivative = objective.directional_derivative(e, e.asarray([0, 2]), e.asarray([-1, 1]))
    assert derivative[()] == 1


@given(st.lists(st.integers(-2, 2), min_size=7, max_size=7), st.integers(0, 2**32))
def test_one_sided_derivatives_are_difference_quotients(point: list[int], seed: int) -> None:
    """Piecewise quadratic in t: two steps cancel the second-order term exactly."""
    network, e = Network([1, 2, 1], activation="relu"), Exact()
    data = Data([[1], [-1], [2]], [0, 1, -1], [1, 2, 1])
    penalty = Regularizer([1] * 7, [2] * 7)
    objective = Objective(network, data, "absolute", "sum", penalty)
    theta = e.asarray(point)
    v = e.asarray(np.random.default_rng(seed).integers(-2, 3, 7))
    t = fmpq(1, 10**6)
    start = objective.value(e, theta)[()]
    one, two = (objective.value(e, theta + k * t * v)[()] - start for k in (1, 2))
    assert (4 * one - two) / (2 * t) == objective.directional_derivative(e, theta, v)[()]


@given(st.data())
def test_group_sums_vanish_exactly_at_function_optimal_outputs(data: st.DataObject) -> None:
    """With one output per distinct input (one-hot inputs, linear model) phi is arbitrary."""
    k = data.draw(st.integers(1, 3))
    rows = data.draw(st.lists(st.integers(0, k - 1), min_size=1, max_size=5))
    y = data.draw(st.lists(st.integers(-2, 2), min_size=len(rows), max_size=len(rows)))
    weights = data.draw(st.lists(st.integers(1, 3), min_size=len(rows), max_size=len(rows)))
    model = Network([k, 1], bias=False)
    objective = Objective(model, Data(np.eye(k)[rows], [[v] for v in y], weights))
    infimum, e, f = objective.infimum(), Exact(), Float64()
    best = [
        fmpq(
            sum(w * v for r, v, w in zip(rows, y, weights, strict=True) if r == j),
            sum(w for r, w in zip(rows, weights, strict=True) if r == j) or 1,
        )
        for j in range(k)
    ]
    theta = e.asarray(best)
    assert np.all(e.certainly_zero(objective.group_sums(e, theta)))
    assert objective.data_value(f, f.asarray(theta)) == pytest.approx(infimum.value, abs=1e-12)
    worse = theta.copy()
    worse[rows[0]] = worse[rows[0]] + fmpq(1, 7)
    assert not np.all(e.certainly_zero(objective.group_sums(e, worse)))
    assert objective.data_value(f, f.asarray(worse)) > infimum.value


def test_clean_labels_do_not_attain_the_infimum_of_cross_entropy() -> None:
    network = Network([2, 2])
    clean = Objective(network, Data(XOR.inputs, [0, 1, 1, 0]), "cross-entropy")
    assert clean.infimum().value == 0
    assert not clean.infimum().attained
    smoothed = {"name": "cross-entropy", "label_smoothing": 0.1}
    found = Objective(network, Data(XOR.inputs, [0, 1, 1, 0]), smoothed).infimum()
    assert found.attained
    assert found.minimizer is not None
    assert found.minimizer.shape == (4, 2)


def test_conflicting_duplicates_raise_the_infimum() -> None:
    data = Data([[0], [0], [1]], [0, 1, 5])
    found = Objective(LINEAR, data, "squared", "sum").infimum()
    assert found.value == 0.5
    np.testing.assert_array_equal(found.minimizer, [[0.5], [0.5], [5]])


def test_class_indices_choose_the_multiclass_hinge() -> None:
    network = Network([2, 3])
    objective = Objective(network, Data(XOR.inputs, [0, 2, 1, 0]), {"name": "polynomial-hinge"})
    assert objective.loss.unit_of_targets == "class"
    assert not objective.loss.separable
    signs = Objective(Network([2, 1]), Data(XOR.inputs, [1, -1, 1, 1]), "polynomial-hinge")
    assert signs.loss.unit_of_targets == "sign"


def test_enclosures_of_one_precision_are_not_served_to_another() -> None:
    objective = Objective(LINEAR, Data([[0], [1], [2]], [0, 0, 1]))
    radii = {}
    for precision in (64, 512, 64):
        with Balls(precision) as ar:
            value = objective.value(ar, ar.asarray([fmpq(1, 3), fmpq(1, 7)]))[()]
            radii[precision] = float(value.rad())
    assert radii[512] < 1e-140 < 1e-22 < radii[64] < 1e-15
    assert flint.ctx.prec == 53


def test_objectives_pickle_with_closed_forms_and_after_use() -> None:
    data = Data([["log(2)"], ["1/3"]], ["sqrt(2)", 1])
    objective = Objective(LINEAR, data, {"name": "huber", "delta": "log(3)"}, weight_decay="1/7")
    e = Exact()
    theta = e.asarray([1, 2])
    with Balls(64) as ar:
        objective.value(ar, ar.asarray(theta))
    again = pickle.loads(pickle.dumps(objective))
    assert again.value(e, theta)[()] == objective.value(e, theta)[()]
    assert again.loss == objective.loss


def test_objectives_are_read_only() -> None:
    objective = Objective(LINEAR, Data([[0]], [1]))
    with pytest.raises(AttributeError):
        objective.reduction = "sum"  # type: ignore[misc]


def test_overflow_gives_infinity_without_a_warning() -> None:
    objective = Objective(LINEAR, Data([[1]], [1]), "exponential")
    assert objective.value(Float64(), np.array([-1000.0, 0.0])) == np.inf
    huge = Objective(LINEAR, Data([[1]], [1]), "squared")
    assert huge.value(Float64(), np.array([1e200, 0.0])) == np.inf


@pytest.mark.parametrize(
    ("options", "sentences"),
    [
        ({"reduction": "average"}, ["reduction: found 'average', expected 'mean' or 'sum'"]),
        ({"loss": "logistic"}, ["targets[0]: found 0, expected -1 or 1 for the logistic loss"]),
        ({"regularizer": Regularizer([1])}, ["regularizer: found size 1, expected 3"]),
        ({"decay_parameters": ["W1"]}, ["weight_decay: found nothing, expected a number"]),
        (
            {"weight_decay": -1, "reduction": "x"},
            ["reduction: found 'x'", "weight_decay: found -1, expected a number >= 0"],
        ),
        ({"model": Network([3, 1])}, ["inputs: found 2 columns, expected 3 for this model"]),
        (
            {"model": Network([2, 2])},
            ["targets: found shape (4,), expected (4, 2) for the squared loss"],
        ),
    ],
)
def test_parts_that_do_not_fit_are_all_reported(
    options: dict[str, Any], sentences: list[str]
) -> None:
    arguments: dict[str, Any] = {"model": Network([2, 1]), "data": XOR, **options}
    with pytest.raises(InputError) as caught:
        Objective(**arguments)
    assert len(caught.value.problems) == len(sentences)
    for problem, sentence in zip(caught.value.problems, sentences, strict=True):
        assert problem.startswith(sentence)


def test_weights_for_each_output_need_a_separable_loss() -> None:
    data = Data(XOR.inputs, [[1, 0], [0, 1], [0, 1], [1, 0]], [[1, 2]] * 4)
    with pytest.raises(InputError, match="the cross-entropy loss is not a sum over outputs"):
        Objective(Network([2, 2]), data, "cross-entropy")
