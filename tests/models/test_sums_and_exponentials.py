from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pgb.errors import InputError
from pgb.models import ExponentialNeurons, Model, ModelSum, Network
from pgb.numbers import Array, Balls, Exact, Float64

FLOAT = Float64()
MODELS: list[Model] = [
    ExponentialNeurons(1, 1),
    ExponentialNeurons(2, 3),
    ModelSum(Network([2, 2, 2], "tanh"), ExponentialNeurons(2, 2)),
    ModelSum(ExponentialNeurons(1, 1), ExponentialNeurons(1, 1)),
]


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_derivatives_equal_fine_differences(
    model: Model, differences: Callable[..., Array]
) -> None:
    rng = np.random.default_rng(23)
    theta = rng.normal(size=model.size)
    x, r = rng.normal(size=(3, model.inputs)), rng.normal(size=(3, model.output_dimension))
    with Balls(320) as ar:
        t, samples, w = ar.asarray(theta), ar.asarray(x), ar.asarray(r)
        jacobian = differences(ar, lambda v: model.outputs(ar, v, samples), t)
        gradient = np.sum(jacobian * w[..., None], axis=(0, 1))
        curvature = differences(ar, lambda v: model.gradient(ar, v, samples, w), t)
        assert np.all(ar.upper(model.jacobian(ar, t, samples) - jacobian) < 1e-35)
        assert np.all(ar.upper(model.gradient(ar, t, samples, w) - gradient) < 1e-35)
        assert np.all(ar.upper(model.curvature(ar, t, samples, w) - curvature) < 1e-35)


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_a_batch_gives_what_each_member_gives(model: Model) -> None:
    rng = np.random.default_rng(29)
    theta, x = rng.normal(size=(2, 2, model.size)), rng.normal(size=(4, model.inputs))
    r = rng.normal(size=(2, 2, 4, model.output_dimension))
    c = np.abs(rng.normal(size=(2, 2, 4, 1, 1))) * np.eye(model.output_dimension)
    batch = model.derivatives(FLOAT, theta, x)
    for index in np.ndindex(2, 2):
        alone = model.derivatives(FLOAT, theta[index], x)
        assert np.allclose(batch.outputs()[index], alone.outputs())
        assert np.allclose(batch.jacobian()[index], alone.jacobian())
        assert np.allclose(batch.gradient(r)[index], alone.gradient(r[index]))
        assert np.allclose(batch.curvature(r)[index], alone.curvature(r[index]))
        assert np.allclose(batch.hessian(r, c)[index], alone.hessian(r[index], c[index]))


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_directional_derivative_and_invariances(
    model: Model, rationals: Callable[..., Array]
) -> None:
    ar = Exact()
    theta, v = ar.asarray(rationals(1, model.size)), ar.asarray(rationals(2, model.size))
    x = ar.asarray(rationals(3, 2, model.inputs))
    jacobian = model.jacobian(ar, theta, x)
    assert np.all(ar.certainly_zero(model.directional(ar, theta, x, v) - jacobian @ v))
    fields = model.invariances()
    assert len(fields) >= model.output_dimension
    for field in fields:
        assert np.all(ar.certainly_zero(jacobian @ field.at(ar, theta)))


def test_neurons_at_zero_outgoing_weight_vanish_exactly() -> None:
    model = ExponentialNeurons(2, 1)
    with Balls(64) as ar:
        box = ar.ball([0.0, 1.0, 0.0, 0.0], [0, 5, 5, 5])
        x, r = ar.asarray([[1, 2], [3, 4]]), ar.asarray([[1], [-1]])
        assert np.all(ar.certainly_zero(model.outputs(ar, box, x)))
        assert np.all(ar.certainly_zero(model.gradient(ar, box, x, r)[1:]))
        assert np.all(ar.certainly_zero(model.curvature(ar, box, x, r)[1:, 1:]))


def test_overflow_is_answered_without_a_warning() -> None:
    model = ExponentialNeurons(1, 2)
    theta, x, r = np.array([0.0, 1, 800, 800, 0, 0]), np.ones((2, 1)), np.array([[1.0, -1], [0, 1]])
    assert not np.isfinite(model.outputs(FLOAT, theta, x)).all()
    assert not np.isfinite(model.gradient(FLOAT, theta, x, r)).all()
    assert not np.isfinite(model.curvature(FLOAT, theta, x, r)).all()
    assert np.all(model.jacobian(FLOAT, theta, x)[:, 0, 1] == 0)


def test_clashing_names_get_the_prefix() -> None:
    inner = ModelSum(Network([2, 1]), ExponentialNeurons(2, 1))
    assert [p.name for p in inner.parameters] == ["W1", "b1", "a", "b", "W"]
    outer = ModelSum(inner, ExponentialNeurons(2, 1))
    assert [p.name for p in outer.parameters][5:] == [
        "elimination.a",
        "elimination.b",
        "elimination.W",
    ]
    assert outer.slices["elimination.W"] == slice(9, 11)
    one, two = outer.split(np.arange(11.0))
    assert one.shape == (7,) and two.tolist() == [7, 8, 9, 10]
    with pytest.raises(InputError, match="prefix 'elimination'"):
        ModelSum(outer, ExponentialNeurons(2, 1))
    again = ModelSum(outer, ExponentialNeurons(2, 1), prefix="second")
    assert again.parameters[-1].name == "second.W"


def test_switches_of_both_parts_are_those_of_the_sum() -> None:
    model = ModelSum(Network([1, 2, 1], "relu"), Network([1, 3, 1], "elu"), prefix="second")
    found = model.switches(FLOAT, np.ones(model.size), np.ones((2, 1)))
    assert [(s.order, s.values.shape) for s in found] == [(1, (2, 2)), (2, (2, 3))]


def test_models_of_different_dimensions_are_not_added() -> None:
    with pytest.raises(InputError, match="inputs: found 2 and 1"):
        ModelSum(Network([2, 1]), ExponentialNeurons(1, 1))
    with pytest.raises(InputError, match="output_dimension: found 1 and 2"):
        ModelSum(Network([2, 1]), ExponentialNeurons(2, 2))


@pytest.mark.parametrize("sizes", [(0, 1), (1, 1.5), (1, -1)])
def test_bad_sizes_are_refused(sizes: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="expected an integer >= 1"):
        ExponentialNeurons(*sizes)
