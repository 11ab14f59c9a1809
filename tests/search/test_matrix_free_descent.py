"""Above the dense limit: products with Hessians in closed form, conjugate gradients."""

from __future__ import annotations

import numpy as np
import pytest

from pgb import Data, Network, Objective
from pgb.models import Expression
from pgb.numbers import Float64
from pgb.search.descent import DENSE_LIMIT, Rule, State, descend, driver
from pgb.search.descent.matrix_free import minimize
from pgb.search.descent.products import hessian_products
from pgb.search.starts import draw
from pgb.transforms import eliminate, without_units

FLOAT = Float64()
RNG = np.random.default_rng(0)
X = RNG.normal(size=(9, 3))
TWO = Data(X, RNG.normal(size=(9, 2)))
DEEP = Objective(Network([3, 4, 3, 2], ["tanh", "softplus"]), TWO, weight_decay="1/100")
OBJECTIVES = {
    "deep": DEEP,
    "no biases": Objective(Network([3, 4, 2], "silu", bias=False), TWO, "log-cosh"),
    "relu": Objective(Network([3, 4, 2], "relu"), TWO),
    "eliminated": eliminate(Objective(Network([3, 4, 2]), TWO), "1/10"),
    "without units": without_units(DEEP, "1/3"),
    "classes": Objective(
        Network([3, 2], output_activation="tanh"), Data(X, RNG.integers(0, 2, 9)), "cross-entropy"
    ),
    "formula": Objective(
        Expression(["x", "y", "z"], ["u", "v"], ["u*sin(v*x)", "exp(u)*y + v*z"]), TWO
    ),
}


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_products_agree_with_hessians(name: str) -> None:
    objective = OBJECTIVES[name]
    rng = np.random.default_rng(1)
    theta, v = rng.normal(size=(2, 5, objective.size))
    expected = np.matmul(objective.hessian(FLOAT, theta), v[:, :, None])[:, :, 0]
    found = hessian_products(objective, theta)(v)
    assert np.max(np.abs(found - expected)) <= 1e-12 * max(1.0, np.max(np.abs(expected)))


def test_minima_are_reached_without_hessians() -> None:
    rng = np.random.default_rng(2)
    data = Data(rng.normal(size=(20, 2)), rng.normal(size=20))
    objective = Objective(Network([2, 3, 1]), data, weight_decay="1/100")
    starts = draw(objective, "normal", 0, range(40))
    ends = minimize(objective, starts, 500)
    assert np.all(ends.states == State.CONVERGED)
    assert np.max(ends.gradient_norms) < 1e-13
    eigenvalues = np.linalg.eigvalsh(objective.hessian(FLOAT, ends.points))
    assert np.all(eigenvalues > 0)
    dense = descend(objective, starts)
    assert set(np.round(ends.values, 8)) & set(np.round(dense.values, 8))


def test_escapes_are_seen_without_hessians() -> None:
    data = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1])
    objective = Objective(Network([2, 3, 1]), data, "logistic")
    ends = minimize(objective, draw(objective, "normal", 0, range(20)), 200)
    assert np.sum(ends.states == State.CONVERGED) == 0


def test_budget_is_kept() -> None:
    ends = minimize(DEEP, draw(DEEP, "normal", 0, range(3)), 2)
    assert np.all(ends.rules == Rule.BUDGET)
    assert np.all(ends.iterations == 2)
    assert np.array_equal(ends.trail[:, -1], ends.points)


def test_large_networks_take_this_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    data = Data(rng.normal(size=(30, 4)), rng.normal(size=30))
    objective = Objective(Network([4, 52, 1]), data, weight_decay="1/10")
    assert objective.size > DENSE_LIMIT
    called = []

    def spied(*arguments: object) -> object:
        called.append(arguments)
        return minimize(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(driver, "minimize", spied)
    ends = descend(objective, draw(objective, "normal", 0, range(2)), iterations=100)
    assert called
    assert np.all(ends.states == State.CONVERGED)
    assert np.max(ends.gradient_norms) < 1e-12
