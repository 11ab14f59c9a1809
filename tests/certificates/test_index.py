"""Morse indices that are proved: certificates of saddles of small and random problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pgb.certificates import build
from pgb.certificates.prove.saddles import prove_critical_point
from pgb.check import check
from pgb.conditions import Evidence, Verdict, newton
from pgb.errors import InputError
from pgb.models import Expression, Network
from pgb.numbers import Float64
from pgb.problems import Candidate, Data, Objective


def formula(output: str, *parameters: str) -> Objective:
    return Objective(Expression(["x"], list(parameters), [output]), Data([[1]], [0]))


def certified(objective: Objective, point: list[Any] | np.ndarray[Any, Any]) -> Any:
    """The claim of the certificate, as written."""
    candidate = Candidate.from_vector(objective.parameters, point)
    report = check(objective, candidate)
    return build(objective, candidate, report.findings).to_json_object()


@pytest.mark.parametrize("share", [0.5, 0.25, 0.75])
def test_a_split_unit_is_a_saddle_with_one_zero_eigenvalue(
    share: float, verdict: Callable[..., Any]
) -> None:
    """Two equal tanh units: merged they are a minimum, every proper split is a saddle."""
    line = Data([[1], [2], [3]], [2, 2, 3])
    objective = Objective(Network([1, 2, 1], bias=False), line)
    w, u = 0.774325172899, 2.73537234063
    value = certified(objective, [w, w, share * u, (1 - share) * u])
    assert value["claim"]["verdict"] == "NOT_A_LOCAL_MINIMUM"
    assert value["claim"]["critical_point"] == {"index": 1, "nullity": 1}
    assert verdict(value)[0] == 0


def random_saddles() -> list[tuple[Objective, Any]]:
    """Where Newton's method from random points ends, if that is a nondegenerate saddle."""
    rng, found = np.random.default_rng(4), []
    for trial in range(60):
        hidden, activation = 1 + trial % 3, ("tanh", "softplus", "sigmoid")[trial // 3 % 3]
        data = Data(rng.standard_normal((5, 2)), rng.standard_normal((5, 1)))
        model = Network([2, hidden, 1], activation)
        objective = Objective(model, data, weight_decay="1/20")
        end = newton(objective, rng.standard_normal(objective.size), 60)
        if not end.converged:
            continue
        spectrum = np.linalg.eigvalsh(objective.hessian(Float64(), end.point))
        if spectrum[0] < -1e-3 and np.min(np.abs(spectrum)) > 1e-6:
            found.append((objective, end.point))
    return found


def test_saddles_of_random_networks_are_certified(verdict: Callable[..., Any]) -> None:
    saddles = random_saddles()
    for objective, point in saddles:
        value = certified(objective, point)
        signs = np.linalg.eigvalsh(objective.hessian(Float64(), point)) < 0
        assert value["claim"]["verdict"] == "NOT_A_LOCAL_MINIMUM"
        assert value["claim"]["critical_point"] == {"index": int(np.sum(signs)), "nullity": 0}
        assert {w["method"] for w in value["evidence"]} >= {"curvature", "critical-point"}
        assert verdict(value, "of random saddles")[0] == 0
    assert len(saddles) > 5


@pytest.mark.parametrize(
    ("output", "index", "verdict_there"),
    [
        ("u^2 + v^2 + 1", 0, Verdict.LOCAL_MINIMUM),
        ("u*v + 2", 1, Verdict.NOT_A_LOCAL_MINIMUM),
        ("3 - u^2 - cos(v)^2", 1, Verdict.NOT_A_LOCAL_MINIMUM),
        ("3 - u^2 - v^2 - u*v", 2, Verdict.NOT_A_LOCAL_MINIMUM),
    ],
)
def test_the_index_at_a_point_and_in_a_ball(
    output: str, index: int, verdict_there: Verdict
) -> None:
    objective = formula(output, "u", "v")
    for point, expected in (([0, 0], verdict_there), ([1e-9, 0.0], Verdict.UNDECIDED)):
        candidate = Candidate.from_vector(objective.parameters, point)
        found = prove_critical_point(objective, candidate)
        assert found is not None
        assert found.proved
        assert found.details["index"] == index
        assert found.verdict is (expected if index else Verdict.LOCAL_MINIMUM)
        assert found.evidence is (Evidence.CRITICAL_POINT if index else Evidence.STRICT)


@pytest.mark.parametrize(
    ("output", "point"),
    [
        ("u^2 - v^4 + 1", [0, 0]),  # degenerate
        ("u^2 - v^4 + 1", [0.0, 0.0]),
        ("u^2 - v^2 + 1", [0, "1/1000"]),  # not critical
        ("u^2 - v^2 + 1", [0.0, 1e-3]),  # not in the ball
        ("2 + u*v + elu(u)^2", [0, 0]),  # a second derivative jumps
        ("2 + u*v + elu(u)^2", [0.0, 0.0]),
        ("relu(u) - v^2 + 2", [0, 0]),  # a kink
    ],
)
def test_no_index_without_a_critical_point_that_has_one(output: str, point: list[Any]) -> None:
    objective = formula(output, "u", "v")
    candidate = Candidate.from_vector(objective.parameters, point)
    assert prove_critical_point(objective, candidate) is None


def test_an_index_alone_is_no_verdict_about_a_ball(verdict: Callable[..., Any]) -> None:
    objective = formula("1 + (u^2 - 1)^4 + v^2", "u", "v")
    candidate = Candidate.from_vector(objective.parameters, [0.0, 0.0])
    found = prove_critical_point(objective, candidate, np.full(2, 3.0))
    assert found is not None
    assert found.verdict is Verdict.UNDECIDED
    with pytest.raises(InputError):
        build(objective, candidate, [found], radii=np.full(2, 3.0))


def test_a_definite_critical_point_in_a_ball_is_a_strict_minimum(
    verdict: Callable[..., Any],
) -> None:
    objective = formula("u^2 + v^2 + 1", "u", "v")
    for point in ([0, 0], [1e-9, 0.0]):
        candidate = Candidate.from_vector(objective.parameters, point)
        found = prove_critical_point(objective, candidate)
        assert found is not None
        value = build(objective, candidate, [found]).to_json_object()
        assert value["claim"]["kind"] == "strict"
        assert value["claim"]["critical_point"] == {"index": 0, "nullity": 0}
        assert verdict(value)[0] == 0


def test_a_saddle_of_many_parameters_by_midpoint_radius_arithmetic(
    verdict: Callable[..., Any],
) -> None:
    """A network of 81 parameters and 60 samples, at a saddle found by Newton's method."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (60, 2))
    data = Data(x, np.sin(3 * x[:, :1]))
    objective = Objective(Network([2, 20, 1]), data, weight_decay="1/100")
    end = newton(objective, 0.3 * rng.standard_normal(objective.size), 100)
    assert end.converged
    value = certified(objective, end.point)
    assert value["claim"]["critical_point"]["index"] > 0
    assert verdict(value)[0] == 0
