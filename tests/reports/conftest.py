"""Reports of one small problem for each kind of answer, with the run time taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from pgb.check import check
from pgb.models import Expression, Network
from pgb.problems import Candidate, Data, Objective
from pgb.reports import Report
from pgb.transforms import eliminate


def _formula(output: str, parameters: str, y: Any, x: Any = ((1,),), **kw: Any) -> Objective:
    model = Expression(["x"], parameters.split(), [output])
    return Objective(model, Data([list(r) for r in x], y), reduction="sum", **kw)


def _report(objective: Objective, point: Any, better: Any = None, **options: Any) -> Report:
    if better is not None:
        options["better"] = Candidate.from_vector(objective.parameters, better)
    report = check(objective, Candidate.from_vector(objective.parameters, point), **options)
    return replace(report, seconds=0.0)


def _bad_minimum() -> Report:
    return _report(_formula("w^3 - 3*w", "w", [-3]), [1], better=["-21/10"])


def _probe() -> Report:
    base = _formula("0", "", ["-1/2", "3/2", "-3/2", "1/2"], ((0,), (1,), (2,), (3,)))
    return _report(eliminate(base, "1/10"), [0, 0, 0])


def _escaping() -> Report:
    decay = {"weight_decay": "1/10", "decay_parameters": ["a"]}
    objective = _formula("a*exp(b)", "a b", [1], **decay)
    return _report(objective, ["exp(18)/(exp(36)+1/10)", 18])


def _kink() -> Report:
    return _report(_formula("relu(w) + v", "w v", [1]), [0, 0])


def _global_xor() -> Report:
    data = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    objective = eliminate(Objective(Network([2, 2, 1], "relu"), data), "1/10")
    return _report(objective, [1, 1, 1, 1, 1, "-1/2", 3, -4, -3, 0, 0, 0, 0])


def _undecided() -> Report:
    return _report(_formula("relu(w) + relu(-w)", "w", [-1]), [1e-9])


def _vacuous() -> Report:
    base = Objective(Network([1, 2], []), Data([[0], [1]], [0, 1]), "cross-entropy")
    return _report(eliminate(base, "1/10"), [0] * 10)


def _wide() -> Report:
    """Every assumption broken, many parameters: the longest report."""
    inputs = [[j, j * j % 5, 1 - j] for j in range(5)]
    network = Network([3, 4, 2], "relu")
    base = Objective(network, Data(inputs, [0, 1, 0, 1, 1]), "cross-entropy", weight_decay="1/100")
    objective = eliminate(base, 0, "absolute")
    point = [(j % 5 - 2) / 2 for j in range(objective.size)]
    point[objective.slices["b"].start] = 710.0
    return _report(objective, point)


CASES: dict[str, Callable[[], Report]] = {
    "bad-minimum": _bad_minimum,
    "probe": _probe,
    "escaping": _escaping,
    "kink": _kink,
    "global-xor": _global_xor,
    "undecided": _undecided,
    "vacuous": _vacuous,
    "wide": _wide,
}


@pytest.fixture(scope="session")
def report_of() -> Callable[[str], Report]:
    """A report by name, made once."""
    return cache(lambda name: CASES[name]())


@pytest.fixture(params=list(CASES), scope="session")
def case(request: pytest.FixtureRequest, report_of: Callable[[str], Report]) -> tuple[str, Report]:
    """Every report in turn, with its name."""
    return request.param, report_of(request.param)
