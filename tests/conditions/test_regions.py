"""Minima of piecewise-linear networks, at kinks of fitted samples too, proved by their regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pgb.check import check
from pgb.conditions import Evidence, Stationarity, Verdict, region_minimum
from pgb.models import Network
from pgb.numbers import Exact
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals

EXACT = Exact()
TINY = fmpq(1, 10**40)
inputs = st.lists(rationals(3), min_size=3, max_size=6, unique_by=str)
slopes = st.tuples(rationals(2, zero=False), rationals(2)).filter(lambda s: s[0] != s[1])


def leaky(above: Any, below: Any) -> dict[str, Any]:
    return {"name": "leaky-relu", "slopes": [str(above), str(below)]}


def regression(x: Sequence[Any], y: Sequence[Any], w: Sequence[Any]) -> tuple[Any, Any]:
    """Slope and intercept of the weighted least squares line, exactly."""
    total = sum(w, fmpq(0))
    mean_x = sum((a * b for a, b in zip(w, x, strict=True)), fmpq(0)) / total
    mean_y = sum((a * b for a, b in zip(w, y, strict=True)), fmpq(0)) / total
    moved = [v - mean_x for v in x]
    spread = sum((a * b * b for a, b in zip(w, moved, strict=True)), fmpq(0))
    slope = sum((a * b * c for a, b, c in zip(w, moved, y, strict=True)), fmpq(0)) / spread
    return slope, mean_y - slope * mean_x


def column(values: Sequence[Any]) -> list[list[Any]]:
    return [[v] for v in values]


@given(st.data(), inputs, slopes, positive_rationals(2), st.booleans())
@settings(max_examples=40)
def test_an_active_unit_at_the_regression_line_is_a_minimum_for_any_two_slopes(
    evaluate: Any, data: Any, x: list[fmpq], s: tuple[fmpq, fmpq], w1: fmpq, above: bool
) -> None:
    """One unit with all samples on one side of its kink: the network is the regression line."""
    y = list(data.draw(exact_arrays([len(x)])))
    w = list(data.draw(exact_arrays([len(x)], positive_rationals(3))))
    used = s[0] if above else s[1]
    assume(used != 0)
    slope, intercept = regression(x, y, w)
    b1 = (1 + 4 * w1) * (1 if above else -1)
    w2 = slope / (used * w1)
    point = [w1, b1, w2, intercept - w2 * used * b1]
    objective = Objective(Network([1, 1, 1], leaky(*s)), Data(column(x), column(y), w))
    finding = region_minimum(evaluate(objective, point))
    assert finding is not None and finding.proved
    assert (finding.verdict, finding.evidence) == (Verdict.LOCAL_MINIMUM, Evidence.REGION)
    off = evaluate(objective, [*point[:3], point[3] + TINY])
    assert region_minimum(off) is None


@given(rationals(3, zero=False), rationals(3, zero=False), rationals(3), rationals(3))
@settings(max_examples=30)
def test_fitted_samples_may_lie_at_a_kink(
    evaluate: Any, bend: fmpq, v: fmpq, c: fmpq, spread: fmpq
) -> None:
    """relu(x) off at -2, -1, at its kink at 0, on at 1, 2, 3, where r is a second difference."""
    objective = hinge_problem(bend, v, c, spread, fmpq(0))
    finding = region_minimum(evaluate(objective, [1, 0, v, c]))
    assert finding is not None
    assert finding.witness["classes"] == [
        {"samples": [0, 1], "dead_layer": 1},
        {"samples": [3, 4, 5], "dead_layer": None},
    ]
    assert set(finding.witness["fitted"]) == {2}
    for amount in (TINY, -TINY):
        missed = hinge_problem(bend, v, c, spread, amount)
        assert region_minimum(evaluate(missed, [1, 0, v, c])) is None


def hinge_problem(bend: Any, v: Any, c: Any, spread: Any, missed: Any) -> Objective:
    spread = spread if spread != 0 else fmpq(1)
    x = [-2, -1, 0, 1, 2, 3]
    r = [spread, -spread, missed, bend, -2 * bend, bend]
    y = [c + v * max(a, 0) - b for a, b in zip(x, r, strict=True)]
    model = Network([1, 1, 1], "relu")
    return Objective(model, Data(column(x), column(y)), "half-squared", "sum")


@given(st.data(), st.integers(1, 3), st.sampled_from(["relu", "identity", "leaky-relu"]))
@settings(max_examples=40)
def test_a_dead_layer_at_any_depth_is_a_minimum_exactly_at_the_mean_target(
    evaluate: Any, data: Any, depth: int, other: str
) -> None:
    objective, point = dead_network(data, depth, other)
    finding = region_minimum(evaluate(objective, point))
    assert finding is not None
    assert all(c["dead_layer"] is not None for c in finding.witness["classes"])
    for amount in (TINY, fmpq(-1)):
        off = evaluate(objective, [*point[:-1], point[-1] + amount])
        assert region_minimum(off) is None
    refuted = Stationarity(off).refutation()
    assert refuted is not None and refuted.proved
    assert refuted.verdict is Verdict.NOT_A_LOCAL_MINIMUM


def dead_network(data: Any, depth: int, other: str) -> tuple[Objective, list[Any]]:
    """A random network whose layer ``dead`` is off on all samples, output bias at the mean.

    The kinks of the layers before and behind it do not matter, so the weights are arbitrary.
    """
    dead = data.draw(st.integers(1, depth))
    widths = [data.draw(st.integers(1, 2)) for _ in range(depth + 2)]
    acts = [other] * (dead - 1) + ["relu"] + [other] * (depth - dead)
    model = Network(widths, acts)
    m, d_y = data.draw(st.integers(2, 4)), widths[-1]
    x, y = data.draw(exact_arrays([m, widths[0]])), data.draw(exact_arrays([m, d_y]))
    w = data.draw(exact_arrays([m], positive_rationals(3)))
    theta = data.draw(exact_arrays([model.size], st.integers(-2, 2).map(fmpq)))
    theta[model.index(f"b{dead}")] = fmpq(0)
    highest = max(model.preactivations(EXACT, theta, x)[dead - 1].flat)
    theta[model.index(f"b{dead}")] = -max(highest, fmpq(0)) - 1
    theta[model.index(f"b{depth + 1}")] = fmpq(0)
    constant = model.outputs(EXACT, theta, x)[0]
    mean = np.sum(w[:, None] * y, axis=0) / sum(w, fmpq(0))
    theta[model.index(f"b{depth + 1}")] = mean - constant
    return Objective(model, Data(x, y, w)), list(theta)


@given(rationals(3, zero=False), rationals(2, zero=False), rationals(2))
@settings(max_examples=25)
def test_without_biases_only_linear_functions_count(
    evaluate: Any, t: fmpq, v: fmpq, c: fmpq
) -> None:
    """At x = 1, 2 the output gradients (2 t, -t) are orthogonal to x and not to constants."""
    targets = [[v - 2 * t], [2 * v + t]]
    free = Objective(
        Network([1, 1, 1], "relu", bias=False), Data([[1], [2]], targets), "half-squared", "sum"
    )
    assert region_minimum(evaluate(free, [1, v])) is not None
    biased = Objective(Network([1, 1, 1], "relu"), free.data, "half-squared", "sum")
    assert region_minimum(evaluate(biased, [1, 0, v, 0])) is None


def test_without_biases_a_dead_layer_gives_zero_and_nothing_has_to_vanish(evaluate: Any) -> None:
    model = Network([1, 1, 1], "relu", bias=False)
    objective = Objective(model, Data([[1], [3]], [5, -7]), reduction="sum")
    finding = region_minimum(evaluate(objective, [-1, 4]))
    assert finding is not None
    assert finding.witness["classes"] == [{"samples": [0, 1], "dead_layer": 1}]


def test_orthogonality_over_all_classes_together_is_not_enough(evaluate: Any) -> None:
    """(1, -2, 1) at -1, 1, 3 is orthogonal to affine functions, but a kink lies between."""
    objective = Objective(
        Network([1, 1, 1], "leaky-relu"),
        Data([[-1], [1], [3]], [-1, 2, -1]),
        "half-squared",
        "sum",
    )
    assert region_minimum(evaluate(objective, [1, 0, 0, 0])) is None
    candidate = Candidate.from_vector(objective.parameters, [1, 0, 0, 0])
    assert check(objective, candidate).verdict is Verdict.NOT_A_LOCAL_MINIMUM


def test_one_output_out_of_two_that_is_not_orthogonal_is_enough_to_refuse(evaluate: Any) -> None:
    model, x = Network([1, 1, 2], "relu"), [[1], [2], [3]]
    point = [1, 0, 0, 0, 0, 0]
    good = Data(x, [[1, -2], [-2, 4], [1, -2]])
    bad = Data(x, [[1, -2], [-2, 4], [1, -2 + TINY]])
    assert region_minimum(evaluate(Objective(model, good), point)) is not None
    assert region_minimum(evaluate(Objective(model, bad), point)) is None


@given(rationals(3, zero=False), st.integers(0, 3))
@settings(max_examples=20)
def test_a_leaky_layer_that_is_negative_everywhere_is_not_dead(
    evaluate: Any, spread: fmpq, seed: int
) -> None:
    """r sums to 0 but is not orthogonal to x: enough for relu, not for any other slope."""
    x, point = EXACT.asarray([[1], [2]]), [1, -9 - seed, 1, 0]
    r = EXACT.asarray([[spread], [-spread]])
    for activation in ("relu", leaky(1, "1/100"), leaky(1, -1), leaky(1, "1/1000000")):
        model = Network([1, 1, 1], activation)
        y = model.outputs(EXACT, EXACT.asarray(point), x) - r
        found = region_minimum(evaluate(Objective(model, Data(x, y), "half-squared"), point))
        assert (found is not None) == (activation == "relu")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"activation": "elu"}, "not piecewise linear"),
        ({"output_activation": "relu"}, "the loss of a relu is not convex in what moves"),
        ({"loss": "absolute"}, "the loss has no gradient"),
        ({"weight_decay": "1/7"}, "the regularizer pulls"),
    ],
)
def test_outside_its_hypotheses_nothing_is_claimed(
    evaluate: Any, changed: dict[str, Any], why: str
) -> None:
    options = {"activation": "relu", "output_activation": "identity"}
    options |= {k: v for k, v in changed.items() if k in options}
    rest = {k: v for k, v in changed.items() if k not in options}
    plain = Objective(Network([1, 1, 1], "relu"), Data([[1], [2]], [1, -1]))
    objective = Objective(Network([1, 1, 1], **options), plain.data, **rest)
    assert region_minimum(evaluate(plain, [0, -1, 1, 0])) is not None
    assert region_minimum(evaluate(objective, [0, -1, 1, 0])) is None, why


def test_a_regularizer_that_does_not_pull_is_no_obstacle(evaluate: Any) -> None:
    objective = Objective(
        Network([1, 1, 1], "relu"),
        Data([[1], [2]], [1, -1]),
        weight_decay="1/7",
        decay_parameters=["W1", "W2"],
    )
    assert region_minimum(evaluate(objective, [0, -1, 0, 0])) is not None
    assert region_minimum(evaluate(objective, [TINY, -1, 0, 0])) is None


def test_floats_and_eliminated_problems_are_not_decided_here(evaluate: Any) -> None:
    from pgb.transforms import eliminate

    objective = Objective(Network([1, 1, 1], "relu"), Data([[1], [2]], [1, -1]))
    assert region_minimum(evaluate(objective, [0.0, -1.0, 0.0, 0.0])) is None
    assert region_minimum(evaluate(eliminate(objective, 1), [0, -1, 0, 0, 0, 0, 0])) is None


@given(st.data(), st.integers(1, 2), st.permutations(range(4)))
@settings(max_examples=25)
def test_the_order_of_samples_and_units_does_not_matter(
    evaluate: Any, data: Any, v: int, order: list[int]
) -> None:
    """Two units, one off everywhere; the second differences of four inputs."""
    x, r = [0, 1, 2, 3], [1, -1, -1, 1]
    y = [v * a - b for a, b in zip(x, r, strict=True)]
    if data.draw(st.booleans()):
        y[0] += 1
    verdicts = []
    for chosen, swap in ((range(4), False), (order, True)):
        sample = Data([[x[i]] for i in chosen], [y[i] for i in chosen])
        objective = Objective(Network([1, 2, 1], "relu"), sample, "half-squared")
        pairs = [(1, 1, v), (1, -9, 5)]
        (a, b, c), (d, e, f) = reversed(pairs) if swap else pairs
        verdicts.append(region_minimum(evaluate(objective, [a, d, b, e, c, f, -v])) is None)
    assert verdicts[0] == verdicts[1] == (y[0] != -1)


@given(st.data(), slopes)
@settings(max_examples=25)
def test_no_lower_value_lies_near_a_proved_minimum(
    evaluate: Any, data: Any, s: tuple[fmpq, fmpq]
) -> None:
    """Exact values at rational steps, for random networks with r orthogonal to affine functions."""
    model = Network([1, 2, 1], leaky(*s))
    theta = data.draw(exact_arrays([model.size], st.integers(-2, 2).map(fmpq)))
    x = EXACT.asarray([[-3], [-1], [0], [1], [3]])
    differences = [[1, -2, 0, 1, 0], [0, 1, -2, 1, 0], [0, 0, 0, 0, 0], [1, 0, -2, 0, 1]]
    r = EXACT.asarray(data.draw(st.sampled_from(differences)))[:, None]
    if data.draw(st.booleans()):
        theta[2:4] = [fmpq(7), fmpq(-7)]  # all samples on one side of each kink
        r = EXACT.asarray([[1], [-2], [0], [2], [-1]])
    y = model.outputs(EXACT, theta, x) - r
    objective = Objective(model, Data(x, y), "half-squared", "sum")
    if region_minimum(evaluate(objective, theta)) is None:
        return
    here = objective.value(EXACT, theta)
    steps = data.draw(st.lists(exact_arrays([model.size]), min_size=8, max_size=8))
    for k, step in enumerate(steps):
        there = theta + step / 10 ** (3 + k)
        assert objective.value(EXACT, there) >= here
