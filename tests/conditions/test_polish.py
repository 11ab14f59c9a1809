"""Newton's method and descent: where they end, and that they say so if they do not settle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions import descend, newton
from pgb.conditions import polish as module
from pgb.models import Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective
from pgb.strategies import objectives, parameter_vectors


@given(st.data())
@settings(max_examples=30)
def test_descent_never_increases_the_value(data: Any) -> None:
    smooth = ("tanh", "sigmoid", "quadratic")
    objective = data.draw(objectives(activations=smooth, loss_names=("squared", "log-cosh")))
    start = np.asarray(data.draw(parameter_vectors(objective.size, exact=False)))
    ar = Float64()
    polished = descend(objective, start, iterations=50)
    before, after = (float(objective.value(ar, p)) for p in (start, polished.point))
    assert after <= before + 1e-12 * max(1.0, abs(before))
    if polished.converged:
        assert polished.gradient_norm <= 1e-6 * max(1.0, before)


def test_newton_finds_the_square_root_of_two(formula: Any) -> None:
    polished = newton(formula("w^2", "w", y=[2]), np.array([1.3]))
    assert polished.converged
    assert polished.point[0] == pytest.approx(np.sqrt(2), abs=1e-15)


def test_newton_finds_the_saddle_and_descent_leaves_it(formula: Any) -> None:
    objective = formula("u^2 - v^2", "u v", y=[-1])
    start = np.array([0.1, 0.05])
    assert np.linalg.norm(newton(objective, start).point) < 1e-12
    assert descend(objective, start).point[1] == pytest.approx(1.0)


def test_a_valley_to_infinity_does_not_settle_in_newtons_method(formula: Any) -> None:
    objective = formula("a*exp(b)", "a b", y=[1], weight_decay="1/10", decay_parameters=["a"])
    assert not newton(objective, np.array([0.3, 1.0]), iterations=10).converged


def test_derivatives_that_overflow_end_the_search(formula: Any) -> None:
    polished = newton(formula("exp(w)", "w"), np.array([400.0]))
    assert not polished.converged
    assert np.isnan(polished.gradient_norm)


@pytest.mark.parametrize("seed", range(3))
def test_factorized_steps_end_where_steps_by_eigenvalues_do(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large problems take the former, where the Hessian is definite."""
    rng = np.random.default_rng(seed)
    data = Data(rng.standard_normal((30, 2)), rng.standard_normal((30, 1)))
    objective = Objective(Network([2, 5, 1]), data, weight_decay="1/10")
    minimum = descend(objective, rng.standard_normal(objective.size)).point
    start = minimum + 1e-3 * rng.standard_normal(objective.size)
    ends = []
    for large in (10**9, 0):
        monkeypatch.setattr(module, "_LARGE", large)
        ends.append((descend(objective, start), newton(objective, start)))
    for first, second in zip(*ends, strict=True):
        assert first.converged
        assert second.converged
        assert second.point == pytest.approx(first.point, abs=1e-9)


def test_progress_names_iterations(formula: Any) -> None:
    said: list[str] = []
    descend(formula("w^2", "w", y=[2]), np.array([1.3]), progress=lambda s, _: said.append(s))
    assert said[0].startswith("polishing, iteration 1, gradient norm ")
    assert "Newton's method, iteration 1" in said
