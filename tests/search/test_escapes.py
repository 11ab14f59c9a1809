"""Escapes: direction, growth, limit and mechanism along paths to infinity that are known."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pgb.models import Expression, Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective
from pgb.search import Outcome, search
from pgb.search.descent import Ends, Rule, State
from pgb.search.escapes import Escape, alike, escape_of, group_escapes, name_of
from pgb.transforms import eliminate, without_units

Vector = npt.NDArray[np.float64]
AR = Float64()


def escape_along(objective: Objective, trail: Any) -> Escape:
    trail = np.asarray(trail, dtype=np.float64)[None]
    last = trail[:, -1]
    ends = Ends(
        points=last,
        values=np.asarray(objective.value(AR, last)),
        gradient_norms=np.zeros(1),
        newton_steps=np.ones(1),
        states=np.array([State.ESCAPING]),
        rules=np.array([Rule.VALLEY]),
        iterations=np.array([9]),
        at_kink=np.zeros(1, dtype=bool),
        trail=trail,
    )
    found = escape_of(objective, ends, 0)
    assert Escape(**json.loads(json.dumps(asdict(found)))) == found
    return found


def test_the_exponential_neuron() -> None:
    """c exp(x) has its least misfit with the targets e, 2 e at 0, 1 for one c; a exp(b) = c."""
    fixed = Expression(["x"], ["t"], ["0*t"])
    objective = eliminate(Objective(fixed, Data([[0.0], [1.0]], [1.0, 1.0])), 1)
    c = (1 + np.e) / (1 + np.e**2)
    least = float(np.mean((c * np.exp([0, 1]) - 1) ** 2))
    found = escape_along(objective, [[0.3, c * np.exp(-t), t, 1.0] for t in range(3, 11)])
    assert found.mechanism == "exponential neuron 1: a falls to 0 as its exponent grows"
    assert found.units == [1]
    assert found.growth == "logarithmic"
    assert found.limit == pytest.approx(least, rel=1e-4)
    assert found.direction == pytest.approx({"b[0]": 1.0}, abs=1e-2)


def test_the_factor_without_units() -> None:
    objective = without_units(Objective(Network([1, 1], bias=False), Data([[0.0]], [1.0])), 1)
    found = escape_along(objective, [[0.0, np.exp(-t), t] for t in range(3, 11)])
    assert found.mechanism == "factor without units: a falls to 0 as b grows"
    assert found.limit == pytest.approx(1, rel=1e-4)


@pytest.mark.parametrize("sign", [1, -1])
def test_merging_units(sign: int) -> None:
    """Two units tend to the derivative of tanh(w x) by w, better than they can be."""
    x = np.array([[0.5], [1.0], [2.0]])
    y = x / np.cosh(x) ** 2
    objective = Objective(Network([1, 2, 1], "tanh", bias=False), Data(x, y))
    trail = [[1 + e, sign * (1 - e), 0.5 / e, -sign * 0.5 / e] for e in 0.1 * 0.7 ** np.arange(8)]
    found = escape_along(objective, trail)
    assert found.mechanism == "merging units of hidden layer 1"
    assert found.units == [1, 2]
    # The misfit is of the order of 1/s^2, and its square falls like s^-4: s grows like t^(1/6).
    assert found.growth == "power 1/6"
    assert found.limit == pytest.approx(0, abs=1e-9)


def test_saturating_units() -> None:
    objective = Objective(Network([1, 1, 1], "tanh"), Data([[0.0], [1.0], [2.0]], [0.0, 1.5, 1.0]))
    trail = [[2 * t, -t, 0.625, 0.625] for t in range(5, 12)]
    found = escape_along(objective, trail)
    assert found.mechanism == "saturating units of hidden layer 1"
    assert found.growth == "logarithmic"
    assert found.limit == pytest.approx(float(np.mean([0, 0.25**2, 0.25**2])), rel=1e-6)


def test_outputs_of_a_classifier() -> None:
    data = Data([[-1.0], [1.0]], [-1, 1])
    objective = Objective(Network([1, 1], bias=False), data, loss="logistic")
    found = escape_along(objective, [[float(t)] for t in range(4, 30, 3)])
    assert (found.mechanism, found.growth) == ("unbounded outputs", "logarithmic")
    assert found.limit == 0


@pytest.mark.parametrize(("formula", "growth"), [("1/w", "power 1/4"), ("1/w^2", "power 1/6")])
def test_powers(formula: str, growth: str) -> None:
    objective = Objective(Expression(["x"], ["w"], [f"2 + {formula}"]), Data([[0.0]], [1.0]))
    found = escape_along(objective, [[10 * 1.5**k] for k in range(8)])
    assert found.mechanism == "unbounded parameters"
    # (1 + d)^2 falls like d itself where the limit is not 0.
    q = 1 if formula == "1/w" else 2
    assert found.growth == f"power 1/{q + 2}"
    assert found.limit == pytest.approx(1, rel=1e-3)
    assert found.error is not None and abs(found.limit - 1) <= 10 * found.error
    exact = Objective(Expression(["x"], ["w"], [formula]), Data([[0.0]], [0.0]))
    found = escape_along(exact, [[10 * 1.5**k] for k in range(8)])
    assert (found.growth, found.limit) == (growth, pytest.approx(0, abs=1e-12))


@pytest.mark.parametrize(
    "trail",
    [
        [[1.0]],
        [[1.0], [1.0], [1.0]],
        [[1.0], [2.0]],
        [[np.nan], [1.0], [np.inf]],
        [[np.inf]],
        [[1.0], [3.0], [2.0], [4.0]],
    ],
    ids=str,
)
def test_without_a_law_there_is_no_limit(trail: list[list[float]]) -> None:
    objective = Objective(Expression(["x"], ["w"], ["1/w"]), Data([[0.0]], [0.0]))
    found = escape_along(objective, trail)
    assert (found.growth, found.limit) == ("unknown", None)


def test_names_of_entries() -> None:
    objective = Objective(Network([2, 2, 1]), Data([[0.0, 1.0]], [1.0]))
    names = [name_of(objective, j) for j in range(objective.size)]
    assert names[:5] == ["W1[0, 0]", "W1[0, 1]", "W1[1, 0]", "W1[1, 1]", "b1[0]"]
    assert len(set(names)) == objective.size


def test_escapes_that_are_alike_are_counted_together() -> None:
    def escape(limit: float | None, mechanism: str = "merging", error: float = 0.0) -> Escape:
        return Escape({}, "logarithmic", limit, mechanism, error)

    found = group_escapes(
        [
            escape(1.0),
            escape(2.0),
            escape(1.0000001),
            escape(None),
            escape(1.0, "saturating"),
            escape(2.5, error=0.6),
            escape(1.0),
            escape(None),
        ]
    )
    assert [group.hits for group in found] == [3, 2, 2, 1]
    assert sum(group.hits for group in found) == 8
    assert not alike(escape(None), escape(1.0))


def test_landscapes_show_one_row_for_each_mechanism() -> None:
    """With the growth law that is known, and the range of limits if there are many."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(12, 2))
    problem = Objective(Network([2, 3, 1]), Data(x, np.sin(2 * x[:, 0])))
    found = search(problem, starts=100, workers=1)
    rows = found.to_text().split("escaping by")[1].split("\n\n")[0].splitlines()[1:]
    mechanisms = {group.escape.mechanism for group in found.escapes}
    assert len(rows) == len(mechanisms) < len(found.escapes)
    assert sum(int(row.split()[-1]) for row in rows) == found.counts[Outcome.ESCAPING]
    assert any(" from " in row for row in rows)
    assert "hits=" in repr(found.escapes[0]) and len(repr(found.escapes[0])) < 120
