from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq

from pgb.models import ACTIVATIONS, Network
from pgb.numbers import Array, Balls, Exact, Float64

FLOAT = Float64()
NAMES = list(ACTIVATIONS)
RATIONAL = ["identity", "quadratic", "cubic", "relu", "leaky-relu"]
SMALL: dict[str, Callable[[str], Network]] = {
    "one hidden layer": lambda name: Network([1, 2, 1], name),
    "no bias, two outputs": lambda name: Network([2, 2, 2], name, bias=False),
    "nonlinear output": lambda name: Network([2, 1, 1], "tanh", name),
    "deep": lambda name: Network([1, 1, 1, 1, 1], name),
    "no hidden layer": lambda name: Network([2, 2], output_activation=name),
}
LARGER: dict[str, Callable[[str], Network]] = {
    "two hidden layers": lambda name: Network([2, 3, 2, 2], name),
    "one activation per layer, nonlinear output": lambda name: Network(
        [1, 2, 3, 1], [name, "tanh"], name
    ),
    "linear layers between": lambda name: Network(
        [2, 2, 2, 2, 1], ["identity", "identity", name], bias=False
    ),
}


def to_mpf(ball: arb) -> Any:
    return mpmath.mpf(ball.mid().str(55, radius=False))


def assert_close(found: Array, expected: Array, digits: int = 40) -> None:
    assert found.shape == expected.shape
    with mpmath.workdps(60):
        for a, b in zip(found.ravel(), expected.ravel(), strict=True):
            assert abs(to_mpf(a) - b) <= mpmath.mpf(10) ** -digits * (1 + abs(b))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("architecture", SMALL)
def test_derivatives_equal_sympys_at_rational_points(
    name: str,
    architecture: str,
    symbolic_derivatives: Callable[..., tuple[Array, Array]],
    rationals: Callable[..., Array],
) -> None:
    network = SMALL[architecture](name)
    theta, x = rationals(1, network.size), rationals(2, 2, network.inputs)
    r = rationals(3, 2, network.output_dimension)
    jacobian, curvature = symbolic_derivatives(network, theta, x, r)
    with Balls(200) as ar:
        t, samples, w = ar.asarray(theta), ar.asarray(x), ar.asarray(r)
        assert_close(network.jacobian(ar, t, samples), jacobian)
        assert_close(network.curvature(ar, t, samples, w), curvature)
    t, samples, w = FLOAT.asarray(theta), FLOAT.asarray(x), FLOAT.asarray(r)
    found = network.curvature(FLOAT, t, samples, w)
    assert np.allclose(found, curvature.astype(float), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("architecture", LARGER)
def test_derivatives_equal_fine_differences_at_random_points(
    name: str, architecture: str, differences: Callable[..., Array]
) -> None:
    network = LARGER[architecture](name)
    rng = np.random.default_rng(7)
    theta = rng.normal(size=network.size) / 2
    x, r = rng.normal(size=(3, network.inputs)), rng.normal(size=(3, network.output_dimension))
    with Balls(320) as ar:
        t, samples, w = ar.asarray(theta), ar.asarray(x), ar.asarray(r)
        jacobian = differences(ar, lambda v: network.outputs(ar, v, samples), t)
        curvature = differences(ar, lambda v: network.gradient(ar, v, samples, w), t)
        assert np.all(ar.upper(network.jacobian(ar, t, samples) - jacobian) < 1e-35)
        assert np.all(ar.upper(network.curvature(ar, t, samples, w) - curvature) < 1e-35)


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_the_contracted_jacobian(name: str) -> None:
    network = Network([2, 3, 2, 2], name)
    rng = np.random.default_rng(5)
    theta, x, r = rng.normal(size=network.size), rng.normal(size=(4, 2)), rng.normal(size=(4, 2))
    with Balls(128) as ar:
        t, samples, w = ar.asarray(theta), ar.asarray(x), ar.asarray(r)
        jacobian = network.jacobian(ar, t, samples)
        contracted = np.sum(jacobian * w[..., None], axis=(0, 1))
        assert np.all(ar.upper(network.gradient(ar, t, samples, w) - contracted) < 1e-30)


@pytest.mark.parametrize("name", RATIONAL)
def test_exact_derivatives_are_the_rationals_that_narrow_balls_enclose(
    name: str, rationals: Callable[..., Array]
) -> None:
    network = Network([2, 2, 2, 1], name, bias=True)
    theta, x, r = rationals(1, network.size), rationals(2, 3, 2), rationals(3, 3, 1)
    exact = Exact()
    found = network.curvature(exact, exact.asarray(theta), exact.asarray(x), exact.asarray(r))
    jacobian = network.jacobian(exact, exact.asarray(theta), exact.asarray(x))
    assert all(isinstance(v, fmpq) for v in found.ravel())
    with Balls(256) as ar:
        t, samples, w = ar.asarray(theta), ar.asarray(x), ar.asarray(r)
        for a, b in (
            (found, network.curvature(ar, t, samples, w)),
            (jacobian, network.jacobian(ar, t, samples)),
        ):
            assert all(ball.contains(v) for v, ball in zip(a.ravel(), b.ravel(), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_wide_balls_enclose_the_derivatives_inside(name: str) -> None:
    network = Network([1, 2, 1], name)
    rng = np.random.default_rng(11)
    theta, x, r = rng.normal(size=network.size), rng.normal(size=(2, 1)), rng.normal(size=(2, 1))
    with Balls(128) as ar:
        samples, w = ar.asarray(x), ar.asarray(r)
        box = ar.ball(theta, np.full(network.size, 0.25))
        wide = network.curvature(ar, box, samples, w), network.gradient(ar, box, samples, w)
        for _ in range(5):
            point = ar.asarray(theta + rng.uniform(-0.25, 0.25, size=network.size))
            narrow = (
                network.curvature(ar, point, samples, w),
                network.gradient(ar, point, samples, w),
            )
            if any(
                np.any(~ar.certainly_nonzero(s.values)) for s in network.switches(ar, box, samples)
            ):
                wide, narrow = wide[1:], narrow[1:]  # the curvature is not defined across a kink
            for outer, inner in zip(wide, narrow, strict=True):
                assert all(a.overlaps(b) for a, b in zip(outer.ravel(), inner.ravel(), strict=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("architecture", LARGER)
def test_a_batch_gives_what_each_member_gives(name: str, architecture: str) -> None:
    network = LARGER[architecture](name)
    rng = np.random.default_rng(13)
    theta, x = rng.normal(size=(2, 3, network.size)) / 2, rng.normal(size=(5, network.inputs))
    r = rng.normal(size=(2, 3, 5, network.output_dimension))
    root = rng.normal(size=(2, 3, 5, network.output_dimension, network.output_dimension))
    c = root @ root.swapaxes(-1, -2)
    derivatives = network.derivatives(FLOAT, theta, x)
    for index in np.ndindex(2, 3):
        alone = network.derivatives(FLOAT, theta[index], x)
        for batched, single in (
            (derivatives.outputs(), alone.outputs()),
            (network.outputs(FLOAT, theta, x), alone.outputs()),
            (derivatives.jacobian(), alone.jacobian()),
            (derivatives.gradient(r), alone.gradient(r[index])),
            (derivatives.curvature(r), alone.curvature(r[index])),
            (derivatives.gauss_newton(c), alone.gauss_newton(c[index])),
            (derivatives.hessian(r, c), alone.hessian(r[index], c[index])),
        ):
            assert np.allclose(batched[index], single, rtol=1e-12, atol=1e-12)
    shared = derivatives.curvature(r[0, 0])  # one r for the whole batch
    assert np.allclose(shared[0, 0], derivatives.curvature(r)[0, 0])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("outputs", [1, 2])
def test_gauss_newton_of_many_samples(sign: int, outputs: int) -> None:
    """More samples than one portion, with definite and with indefinite weights."""
    network = Network([2, 40, outputs], "softplus")
    rng = np.random.default_rng(17)
    theta, x = rng.normal(size=network.size), rng.normal(size=(700, 2))
    c = rng.normal(size=(700, outputs, outputs))
    c = sign * (c @ c.swapaxes(-1, -2))
    derivatives = network.derivatives(FLOAT, theta, x)
    jacobian = derivatives.jacobian()
    expected = np.einsum("mkp,mkl,mlq->pq", jacobian, c, jacobian, optimize=True)
    assert np.allclose(derivatives.gauss_newton(c), expected, rtol=1e-10, atol=1e-9)


def test_zero_outgoing_weights_give_exactly_zero_derivatives() -> None:
    """Zero times a finite ball is exactly zero, however wide the ball is."""
    network = Network([2, 2, 2, 1], "gelu")
    theta = np.random.default_rng(3).normal(size=network.size)
    theta[network.slices["W3"]] = 0
    radii = np.where(theta == 0, 0.0, 0.5)
    with Balls(64) as ar:
        box, x, r = ar.ball(theta, radii), ar.asarray([[1, 2], [3, -1]]), ar.asarray([[1], [-2]])
        gradient, curvature = network.gradient(ar, box, x, r), network.curvature(ar, box, x, r)
        feeding = [j for name in ("W1", "b1", "W2", "b2") for j in network.index(name).ravel()]
        assert np.all(ar.certainly_zero(gradient[feeding]))
        assert np.all(ar.certainly_zero(curvature[feeding][:, feeding]))
