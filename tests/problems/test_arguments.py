"""Arguments of a wrong kind are named, and what is made of the right ones prints well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis.vendor.pretty import pretty

from pgb.errors import InputError
from pgb.models import Network
from pgb.problem_files import problem_from_mapping, read_candidate, read_problem
from pgb.problems import Candidate, Data, Objective
from pgb.transforms import eliminate, without_units

WRONG_ARGUMENTS: list[tuple[Callable[[Any, Any], Any], str]] = [
    (lambda net, data: Objective(net, data, None), "loss: found None, expected a name"),
    (lambda net, data: Objective(net, data, 5), "loss: found an int, expected a name"),
    (lambda net, data: Objective(net, None), "data: found None, expected a Data"),
    (lambda net, data: Objective(data, net), "model: found a Data, expected a Network or an Exp"),
    (
        lambda net, data: Objective(net, data, regularizer=0.1),
        "regularizer: found a float, expected a Regularizer",
    ),
    (
        lambda net, data: Objective(net, data, weight_decay=1, decay_parameters=3),
        "decay_parameters: found an int, expected names of parameters: W1, b1",
    ),
    (lambda net, data: eliminate(net, 1), "objective: found a Network, expected an Objective"),
    (lambda net, data: without_units(net, 1), "objective: found a Network, expected an Obj"),
    (lambda net, data: Data(np.array([True]), [0]), "inputs: found true and false, expected num"),
    (lambda net, data: read_problem(None), "problem: found None, expected the path of a problem"),
    (lambda net, data: problem_from_mapping(None), "problem: found None, expected a mapping"),
    (
        lambda net, data: read_candidate(3, Objective(net, data)),
        "candidate: found an int, expected the path of a file",
    ),
]


@pytest.mark.parametrize(("call", "sentence"), WRONG_ARGUMENTS)
def test_arguments_of_a_wrong_kind_are_named(
    call: Callable[[Any, Any], Any], sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        call(Network([1, 1]), Data([[0]], [0]))
    assert caught.value.problems[0].startswith(sentence)


def test_a_single_name_may_stand_for_the_decay_parameters() -> None:
    model, data = Network([1, 1]), Data([[0]], [0])
    one = Objective(model, data, weight_decay=1, decay_parameters="W1")
    assert one.regularizer.quadratic.tolist() == [1, 0]


def test_objectives_print_what_they_are_made_of() -> None:
    base = Objective(Network([1, 2, 1]), Data([[0], ["1/3"]], [0, 1]), weight_decay=0.1)
    assert repr(base) == (
        "Objective(Network([1, 2, 1], activation='tanh'), Data([[0], ['1/3']], [0, 1]), "
        "loss='squared', regularizer=Regularizer([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]))"
    )
    assert repr(eliminate(base, 1)).endswith("elimination=Elimination('exponential', 1))")
    assert "object at" not in repr(without_units(base, 1))


def test_failing_examples_of_hypothesis_and_ipython_print_the_same() -> None:
    base = Objective(Network([1, 2, 1]), Data([[0]], [1]), "huber", weight_decay=1)
    point = Candidate.from_vector(base.parameters, [0] * base.size)
    network = base.model
    assert isinstance(network, Network)
    parts = [base.data, base.loss, base.regularizer, point, *network.activations]
    for value in [*parts, base, eliminate(base, 1), eliminate(base, 1).elimination]:
        assert pretty(value) == repr(value)
