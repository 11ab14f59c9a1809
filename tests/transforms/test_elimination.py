from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.models import Network
from pgb.numbers import Balls, Exact, Float64
from pgb.problems import Data, Objective, Regularizer
from pgb.strategies import eliminated_objectives, objectives, positive_rationals
from pgb.transforms import eliminate, without_units

RATIONAL = ("identity", "relu", "leaky-relu", "quadratic", "cubic")
CHEAP = ("squared", "half-squared", "huber", "polynomial-hinge", "logistic", "exponential")
XOR = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])


def base(**options: Any) -> Objective:
    return Objective(Network([2, 2, 1]), XOR, **options)


def draw_point(data: st.DataObject, size: int) -> Any:
    entries = st.integers(-4, 4).map(lambda n: fmpq(n, 2))
    return np.array(data.draw(st.lists(entries, min_size=size, max_size=size)), dtype=object)


def place(objective: Objective, index: int) -> slice:
    assert objective.elimination is not None
    return objective.slices[objective.elimination.names[index]]


@settings(max_examples=30)
@given(data=st.data())
def test_the_difference_of_two_gradients_is_the_penalty_exactly(data: st.DataObject) -> None:
    """a_k dQ/da_k - dQ/db_k = 2 lambda a_k^2 at every point, as an identity of exact numbers."""
    bases = objectives(activations=RATIONAL, loss_names=CHEAP, hidden_layers=(0, 1), samples=(1, 2))
    objective = data.draw(eliminated_objectives(bases))
    e = Exact()
    theta = e.asarray(draw_point(data, objective.size))
    gradient = objective.gradient(e, theta)
    a = theta[place(objective, 0)]
    assert objective.elimination is not None
    lam = e.asarray([objective.elimination.lam])
    defect = a * gradient[place(objective, 0)] - gradient[place(objective, 1)] - 2 * lam * a * a
    assert np.all(e.certainly_zero(defect))


@settings(max_examples=30)
@given(data=st.data())
def test_the_same_identity_holds_without_units(data: st.DataObject) -> None:
    bases = objectives(activations=RATIONAL, loss_names=CHEAP, hidden_layers=(0, 1), samples=(1, 2))
    plain, lam = data.draw(bases), data.draw(positive_rationals(2))
    objective, e = without_units(plain, lam), Exact()
    theta = e.asarray(draw_point(data, objective.size))
    gradient, a = objective.gradient(e, theta), theta[-2]
    assert e.certainly_zero(
        np.array([a * gradient[-2] - gradient[-1] - 2 * lam * a * a], dtype=object)
    )[0]


def test_where_a_vanishes_nothing_changes() -> None:
    f = Float64()
    plain = base(weight_decay=0.1)
    objective = eliminate(plain, "1/10")
    theta = np.concatenate([np.linspace(-1, 1, plain.size), [0, 3, -1, 2]])
    assert objective.value(f, theta) == pytest.approx(
        plain.value(f, theta[: plain.size]), rel=1e-15
    )
    np.testing.assert_array_equal(
        objective.gradient(f, theta)[: plain.size], plain.gradient(f, theta[: plain.size])
    )
    assert objective.infimum().value == plain.infimum().value


def test_the_record_of_the_transform() -> None:
    plain = base()
    objective = eliminate(plain, 0.5)
    record = objective.elimination
    assert record is not None
    assert (record.kind, record.lam, record.penalty) == ("exponential", fmpq(1, 2), "squared")
    assert record.base is plain
    assert record.names == ("a", "b", "W")
    assert objective.size == plain.size + 4
    assert objective.regularizer.active.tolist() == [False] * plain.size + [
        True,
        False,
        False,
        False,
    ]


def test_clashing_names_get_a_prefix() -> None:
    from pgb.models import Expression

    model = Expression(inputs=["x"], parameters=["a", "w"], outputs=["a*x + w"])
    objective = eliminate(Objective(model, Data([[1]], [1])), 1)
    assert list(objective.slices) == ["a", "w", "elimination.a", "b", "W"]
    assert objective.elimination is not None
    assert objective.elimination.names == ("elimination.a", "b", "W")
    assert list(without_units(Objective(model, Data([[1]], [1])), 1).slices)[-2:] == [
        "elimination.a", "b",
    ]  # fmt: skip


def test_intact_means_that_the_theorem_applies_to_the_neurons() -> None:
    def intact(objective: Objective) -> bool:
        assert objective.elimination is not None
        return objective.elimination.is_intact(objective)

    good = eliminate(base(weight_decay=1), 1)
    assert intact(good)
    assert not intact(eliminate(base(), 0))
    assert not intact(eliminate(base(), 1, "absolute"))
    assert not intact(without_units(base(), 1))
    for name, expected in (("W1", True), ("a", True), ("b", False), ("W", False)):
        drifted = good.add_regularizer(Regularizer.weight_decay(good.model, "1/5", [name]))
        assert intact(drifted) is expected
        assert drifted.elimination is good.elimination


def test_the_absolute_penalty_has_a_kink() -> None:
    e = Exact()
    objective = eliminate(base(), "1/3", "absolute")
    theta = e.asarray([0] * objective.size)
    up = np.zeros(objective.size)
    up[place(objective, 0)] = 1
    slope = [objective.directional_derivative(e, theta, s * up)[()] for s in (1, -1)]
    # The data part has slope sum_i r_i = -1 in a; the penalty adds 1/3 on both sides.
    assert slope == [fmpq(-1) + fmpq(1, 3), fmpq(1) + fmpq(1, 3)]
    assert any(s.label == "absolute value in the penalty" for s in objective.switches(e, theta))


@pytest.mark.parametrize("transform", [eliminate, without_units])
def test_wrong_requests_are_refused(transform: Any) -> None:
    with pytest.raises(InputError, match="lambda: found -1, expected a number >= 0"):
        transform(base(), -1)
    with pytest.raises(InputError, match="already transformed"):
        transform(eliminate(base(), 1), 1)
    with pytest.raises(InputError, match="lambda: "):
        transform(base(), float("nan"))
    assert transform(base(), 0).elimination.lam == 0
    with pytest.raises(InputError, match="penalty: found 'cubed', expected 'squared' or"):
        eliminate(base(), 1, "cubed")


def test_the_value_without_units() -> None:
    plain = base(weight_decay="1/4")
    objective, f = without_units(plain, 0.5), Float64()
    theta = np.linspace(-1, 1, plain.size)
    for a, b in ((0.0, 1.0), (0.5, -1.0), (-2.0, 0.3)):
        data, penalty = plain.data_value(f, theta), plain.regularizer.value(f, theta)
        expected = data * (1 + (a * np.exp(b) - 1) ** 2) + penalty + a * a / 2
        at = np.concatenate([theta, [a, b]])
        assert objective.value(f, at) == pytest.approx(expected, rel=1e-13)
        assert objective.data_value(f, at) == data
        np.testing.assert_array_equal(
            objective.output_gradients(f, at), plain.output_gradients(f, theta)
        )
    assert objective.regularizer.active.all()
    assert without_units(base(), 0).regularizer.active.tolist() == [False] * 9 + [True] * 2


def test_derivatives_without_units_are_limits_of_differences() -> None:
    objective = without_units(base(weight_decay="1/4"), "1/3")
    theta = np.random.default_rng(5).normal(size=objective.size)
    with Balls(400) as ar:
        x = ar.asarray(theta)
        gradient, hessian = objective.gradient(ar, x), objective.hessian(ar, x)
        h = arb(2) ** -60
        for j in range(objective.size):
            step = ar.asarray(np.eye(objective.size)[j]) * h
            slope = (objective.value(ar, x + step) - objective.value(ar, x - step)) / (2 * h)
            assert abs(slope - gradient[j]) < arb(2) ** -80
            bend = (objective.gradient(ar, x + step) - objective.gradient(ar, x - step)) / (2 * h)
            assert all(abs(v) < arb(2) ** -80 for v in bend - hessian[j])


def test_directional_derivatives_without_units_at_a_kink() -> None:
    network, e = Network([1, 1, 1], activation="relu", bias=False), Exact()
    objective = without_units(Objective(network, Data([[1]], [1])), "1/2")
    theta = e.asarray([0, 1, 1, 0])  # factor 1, its derivatives 0
    assert objective.directional_derivative(e, theta, e.asarray([1, 0, 0, 0]))[()] == -2
    assert objective.directional_derivative(e, theta, e.asarray([-1, 0, 1, 0]))[()] == 1
    assert [s.order for s in objective.switches(e, theta)] == [1]


@pytest.mark.parametrize("transform", [eliminate, without_units])
def test_transformed_objectives_pickle_and_run_in_batches(transform: Any) -> None:
    objective, f = transform(base(), "log(2)"), Float64()
    batch = np.random.default_rng(1).normal(size=(3, 2, objective.size)) / 2
    again = pickle.loads(pickle.dumps(objective))
    added = again.add_regularizer(Regularizer.weight_decay(again.model, 1))
    assert type(added) is type(objective)
    for name in ("value", "gradient", "hessian", "group_sums", "jacobian"):
        batched = getattr(again, name)(f, batch)
        for index in np.ndindex(3, 2):
            single = getattr(objective, name)(f, batch[index])
            np.testing.assert_allclose(batched[index], single, rtol=1e-12, atol=1e-13)
    squares = np.sum(batch * batch, axis=-1)
    np.testing.assert_allclose(added.value(f, batch), again.value(f, batch) + squares, rtol=1e-12)
