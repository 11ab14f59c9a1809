"""Points that show a local minimum to be a bad one."""

from __future__ import annotations

import pytest

from pgb import Candidate, Data, Expression, InputError, Network, Objective, check
from pgb.search import find_better


def test_a_bad_minimum_is_proved_to_be_bad_without_help() -> None:
    """Two units that are off, at the mean of the targets, which the network can fit."""
    network = Network([1, 2, 1], "relu")
    objective = Objective(network, Data([[-1], [1], [2]], [0, 3, 1]))
    off = {"W1": [[1], [-1]], "b1": [-3, -3], "W2": [[1, 1]], "b2": ["4/3"]}
    candidate = Candidate.from_mapping(objective.parameters, off)
    better = find_better(objective, candidate)
    assert better is not None
    report = check(objective, candidate, better=better)
    assert report.proved and report.bad


def test_below_a_global_minimum_nothing_is_found() -> None:
    objective = Objective(Expression(["x"], ["w"], ["w"]), Data([[0], [0]], [0, 1]))
    candidate = Candidate.from_vector(objective.parameters, ["1/2"])
    assert find_better(objective, candidate, starts=20) is None


def test_the_number_of_starts_is_checked() -> None:
    objective = Objective(Expression(["x"], ["w"], ["w"]), Data([[0]], [0]))
    candidate = Candidate.from_vector(objective.parameters, [1])
    with pytest.raises(InputError, match="starts: found -1"):
        find_better(objective, candidate, starts=-1)
