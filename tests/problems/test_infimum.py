from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgb.numbers import Exact, Float64
from pgb.problems import Data, Loss, loss

F = Float64()
WEIGHTS = st.floats(0.1, 5)


def total(chosen: Loss, q: Any, y: Any, w: Any) -> float:
    rows = np.broadcast_to(q, (len(y), len(q)))
    return float(np.sum(w * chosen.terms(F, np.array(rows), y)))


def slope(chosen: Loss, q: Any, y: Any, w: Any, dq: Any) -> float:
    rows, moves = (np.array(np.broadcast_to(v, (len(y), len(q)))) for v in (q, dq))
    return float(np.sum(w * chosen.one_sided(F, rows, y, moves)))


def draw_group(data: st.DataObject, case: Any) -> tuple[Any, Any]:
    m = data.draw(st.integers(1, 5))
    if case.by_class:
        y = np.array(data.draw(st.lists(st.integers(0, 2), min_size=m, max_size=m)))
        return y, np.array(data.draw(st.lists(WEIGHTS, min_size=m, max_size=m))).reshape(m, 1)
    signs = case.loss.unit_of_targets == "sign"
    entry = st.sampled_from([-1.0, 1.0]) if signs else st.sampled_from([-2.0, -0.5, 0.0, 0.3, 3.0])
    y = np.array(data.draw(st.lists(entry, min_size=2 * m, max_size=2 * m))).reshape(m, 2)
    columns = data.draw(st.sampled_from([1, 2]))
    w = data.draw(st.lists(WEIGHTS, min_size=m * columns, max_size=m * columns))
    return y, np.array(w).reshape(m, columns)


@given(data=st.data())
def test_no_output_has_a_lower_loss_than_the_infimum(case: Any, data: st.DataObject) -> None:
    y, w = draw_group(data, case)
    found = case.loss.infimum(y, w, case.outputs)
    tolerance = 1e-9 * (1 + abs(found.value))
    rng = np.random.default_rng(0)
    centers = [np.zeros(case.outputs)] + ([] if found.minimizer is None else [found.minimizer])
    for center in centers:
        for scale in (1e-3, 0.1, 1.0, 5.0):
            q = center + scale * rng.normal(size=case.outputs)
            assert total(case.loss, q, y, w) >= found.value - tolerance


@given(data=st.data())
def test_attained_infima_are_attained_where_they_say(case: Any, data: st.DataObject) -> None:
    y, w = draw_group(data, case)
    found = case.loss.infimum(y, w, case.outputs)
    assert found.attained == (found.minimizer is not None)
    if found.minimizer is None:
        return
    assert total(case.loss, found.minimizer, y, w) == pytest.approx(found.value, rel=1e-9, abs=1e-9)
    # Convexity: no descent direction means a minimum; a step aside absorbs the rounding of kinks.
    if case.loss.smoothness != 0:
        directions = [*np.eye(case.outputs), *-np.eye(case.outputs)]
        assert min(slope(case.loss, found.minimizer, y, w, d) for d in directions) > -1e-6


@given(data=st.data())
def test_exactly_one_sided_groups_do_not_attain_their_infimum(
    case: Any, data: st.DataObject
) -> None:
    y, w = draw_group(data, case)
    found = case.loss.infimum(y, w, case.outputs)
    if case.key == "cross-entropy":
        assert found.attained == (set(y) == {0, 1, 2})
        logs = np.array([50.0 * np.any(y == k) for k in range(3)])
        if len(set(y)) == 1:
            assert found.value == 0
            assert total(case.loss, logs, y, w) < 1e-9
    elif case.key in ("logistic", "exponential"):
        mixed = [set(column) == {-1.0, 1.0} for column in y.T]
        assert found.attained == all(mixed)
        if not any(mixed):
            assert found.value == 0
    else:
        assert found.attained


@given(st.lists(st.floats(0.1, 3), min_size=3, max_size=3))
def test_cross_entropy_on_probabilities_is_their_entropy(numbers: list[float]) -> None:
    p = np.array([numbers]) / sum(numbers)
    found = loss("cross-entropy").infimum(p, np.array([2.0]))
    assert found.attained
    assert found.value == pytest.approx(float(-2 * np.sum(p * np.log(p))), rel=1e-12)


@pytest.mark.parametrize(
    ("spec", "targets", "weights", "value"),
    [
        ("squared", [[0.0], [1.0]], [1, 3], 0.75),
        ("half-squared", [[0.0], [1.0]], [1, 3], 0.375),
        ("absolute", [[0.0], [1.0], [5.0]], [1, 1, 1], 5),
        ("huber", [[0.0], [10.0]], [1, 1], 9),
        ("logistic", [[1.0], [-1.0]], [1, 1], 2 * np.log(2)),
        ("exponential", [[1.0], [-1.0]], [1, 4], 4),
        ("hinge", [[1.0], [-1.0]], [1, 4], 2),
        ({"name": "polynomial-hinge", "degree": 2}, [[1.0], [-1.0]], [1, 1], 2),
        ("cross-entropy", [[1.0, 0.0], [0.0, 1.0]], [1, 1], 2 * np.log(2)),
    ],
)
def test_known_infima(spec: Any, targets: Any, weights: Any, value: float) -> None:
    found = loss(spec).infimum(np.array(targets), np.array(weights))
    assert found.attained
    assert found.value == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("degree", [1, 2, 3, 5])
@pytest.mark.parametrize("seed", range(3))
def test_the_multiclass_hinge_is_minimized_over_all_classes(degree: int, seed: int) -> None:
    from scipy.optimize import minimize

    spec = "hinge" if degree == 1 else {"name": "polynomial-hinge", "degree": degree}
    chosen = loss(spec).suited_to((4,), 4)
    rng = np.random.default_rng(seed)
    y, w = rng.integers(0, 4, 5), rng.exponential(size=(5, 1))
    found = chosen.infimum(y, w, 4)
    options = {"maxiter": 4000, "maxfev": 4000, "fatol": 1e-12, "xatol": 1e-9}
    brute = minimize(
        lambda q: total(chosen, q, y, w),
        found.minimizer + rng.normal(size=4),
        method="Nelder-Mead",
        options=options,
    ).fun
    assert found.value <= brute + 1e-9
    assert found.value >= brute - 0.05 * (1 + brute)


@given(data=st.data())
def test_gradients_of_a_group_cancel_exactly_where_the_mean_is_the_output(
    data: st.DataObject,
) -> None:
    numbers = data.draw(st.lists(st.integers(-3, 3), min_size=1, max_size=5))
    samples = Data([[1]] * len(numbers), [[n] for n in numbers])
    e = Exact()
    y = e.asarray(samples.targets)
    mean = e.ones((len(numbers), 1)) * (e.sum(y) / len(numbers))
    sums = e.sum(loss("squared").gradient(e, mean, y), axis=0)
    assert np.all(e.certainly_zero(sums))
