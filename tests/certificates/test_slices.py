"""Minima in balls that are strict up to symmetries: what is proved, and near misses."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pgb.certificates import build, verify
from pgb.certificates.prove.slices import prove_up_to_symmetry
from pgb.certificates.prove.symmetries import symmetries, transversal_coordinates
from pgb.check import check
from pgb.conditions import Finding, Verdict, descend
from pgb.models import Expression, Model, Network
from pgb.numbers import Float64
from pgb.problem_files import read_problem
from pgb.problems import Candidate, Data, Objective
from pgb.transforms import eliminate, without_units

from .conftest import FOLDER, seal

CATALOGUE = FOLDER.parent / "catalogue" / "problems"


def prove(objective: Objective, point: Any, radius: float | None = None) -> Finding | None:
    candidate = Candidate.from_vector(objective.parameters, [float(v) for v in point])
    return prove_up_to_symmetry(objective, candidate, candidate.radii(radius))


def accepted(objective: Objective, point: Any, found: Finding, tmp_path: Path) -> bool:
    candidate = Candidate.from_vector(objective.parameters, [float(v) for v in point])
    path = tmp_path / "certificate.json"
    build(objective, candidate, [found]).save(path)
    return verify(path)[0]


def taught(network: Network, seed: int, **options: Any) -> tuple[Objective, Any]:
    """Outputs of a random network with noise, and the minimum that descent from it ends at."""
    rng = np.random.default_rng(seed)
    teacher = rng.standard_normal(network.size)
    x = rng.standard_normal((60, network.layers[0]))
    y = network.outputs(Float64(), teacher, x)
    objective = Objective(network, Data(x, y + 0.1 * rng.standard_normal(y.shape)), **options)
    return objective, descend(objective, teacher).point


@pytest.mark.parametrize(
    ("network", "dimension"),
    [
        (Network([2, 1, 2], "identity"), 2),
        (Network([2, 1, 2], "identity", bias=False), 1),
        (Network([3, 4, 3], "identity"), 19),
        (Network([3, 2, 3, 3], "identity"), 18),
        (Network([2, 2, 1], "leaky-relu"), 2),
        (Network([2, 2, 1], "cubic"), 2),
        (Network([2, 2, 2, 1], ["tanh", "cubic"]), 2),
    ],
    ids=str,
)
def test_minima_of_networks_with_symmetries(
    network: Network, dimension: int, tmp_path: Path
) -> None:
    for seed in range(8):
        objective, point = taught(network, seed)
        if np.linalg.norm(objective.gradient(Float64(), point)) < 1e-10:
            break
    found = prove(objective, point)
    assert found is not None and found.proved and found.verdict is Verdict.LOCAL_MINIMUM
    assert found.details["dimension"] == dimension == len(found.witness["frozen"])
    low, high = found.details["value"]
    assert low <= float(objective.value(Float64(), point)) <= high + 1e-12
    assert accepted(objective, point, found, tmp_path)


def test_rescaled_points_of_one_orbit_are_all_proved() -> None:
    objective, point = taught(Network([2, 2, 1], "relu"), 1)
    for scale in (1e-2, 0.3, 1.0, 7.0, 1e2):
        moved = np.array(point)
        moved[[0, 1, 4]] *= scale
        moved[6] /= scale
        found = prove(objective, moved)
        assert found is not None, scale
        assert found.details["dimension"] == 2


@pytest.mark.parametrize("name", ["linear-bottleneck-weighted"])
def test_float_versions_of_exact_minima(name: str, tmp_path: Path) -> None:
    problem = read_problem(CATALOGUE / f"{name}.toml")
    point = Float64().asarray(problem.candidate.point) * (1 + 1e-9)
    found = prove(problem.objective, point)
    assert found is not None
    assert accepted(problem.objective, point, found, tmp_path)
    assert prove_up_to_symmetry(problem.objective, problem.candidate, np.ones(len(point))) is None


def test_logits_with_a_common_shift(tmp_path: Path) -> None:
    problem = read_problem(FOLDER.parents[1] / "pgb" / "data" / "iris.toml")
    report = check(problem.objective, problem.candidate)
    assert (report.verdict, report.proved) == (Verdict.LOCAL_MINIMUM, True)
    assert (report.kind, report.symmetry_dimension) == ("symmetry", 1)
    found = report.findings[0]
    assert found.details["symmetries"] == [
        "common shift of all outputs by the biases of the last layer"
    ]
    assert accepted(problem.objective, problem.candidate.point, found, tmp_path)


def test_shifts_of_logits_need_a_loss_of_differences_and_no_penalty() -> None:
    network, data = Network([1, 2], []), Data([[0], [1], [1], [2]], [0, 0, 1, 1])
    names = [f.name for f in symmetries(Objective(network, data, "cross-entropy"))]
    assert len(names) == 2 and all(name.startswith("common shift") for name in names)
    decayed = Objective(network, data, "cross-entropy", weight_decay="1/10")
    assert symmetries(decayed) == []
    real = Data([[0], [1]], [[0, 1], [1, 0]])
    assert symmetries(Objective(network, real)) == []
    curved = Network([1, 2], [], output_activation="tanh")
    assert symmetries(Objective(curved, data, "cross-entropy")) == []


def one_product(output: str = "u*w", **options: Any) -> Objective:
    model = Expression(inputs=["x"], parameters=["u", "w"], outputs=[output])
    return Objective(model, Data([[1]], [[1]]), **options)


def test_no_saddle_no_origin_and_no_point_outside_the_ball() -> None:
    plane = Objective(Network([1, 1, 1], "identity", bias=False), Data([[1]], [[1]]))
    assert prove(plane, [1.0, 1.0]) is not None
    assert prove(plane, [0.0, 0.0]) is None  # all tangents are 0
    assert prove(plane, [1e-9, 1e-9]) is None
    assert prove(plane, [1.0, 1.0 + 1e-4]) is None
    assert prove(plane, [1.0, 1.0 + 1e-4], 1e-3) is not None
    bottleneck = Objective(
        Network([2, 1, 2], "identity", bias=False), Data([[1, 0], [0, 1]], [[2, 0], [0, 1]])
    )
    assert prove(bottleneck, [1.0, 0.0, 2.0, 0.0]) is not None
    assert prove(bottleneck, [0.0, 1.0, 0.0, 1.0]) is None  # the smaller singular value: a saddle


def test_penalized_parameters_do_not_move() -> None:
    product: Model = Network([1, 1, 1], "identity", bias=False)
    data = Data([[1]], [[1]])
    for names in (["W1"], ["W2"], ["W1", "W2"]):
        objective = Objective(product, data, weight_decay="1/100", decay_parameters=names)
        assert symmetries(objective) == []
        assert prove(objective, descend(objective, np.array([1.0, 1.0])).point) is None


def test_families_through_special_points_are_not_symmetries() -> None:
    """At an amplitude 0 the other parameters are free, but freezing them would prove saddles."""
    objective = one_product("(u + 1)*exp(0*w) + u*w", weight_decay="1/10", decay_parameters=["u"])
    assert prove(objective, [0.0, 0.5]) is None
    base = Objective(Network([1, 1], []), Data([[0], [1]], [0, 1]))
    eliminated = eliminate(base, "1/10")
    assert all("rescaling" not in field.name for field in symmetries(eliminated))
    assert prove(eliminated, [1.0, 0.0, 0.0, 0.3, 0.7]) is None
    linear = Objective(Network([1, 1, 1], "identity", bias=False), Data([[1]], [[1]]))
    assert symmetries(without_units(linear, "1/10")) == []


def test_boxes_stay_off_kinks() -> None:
    """relu(w x + b) with a sample exactly at its kink, beside it, and far away."""
    network = Network([1, 1, 1], "relu")
    data = Data([[0], [1], [2], [4]], [0, 1, 3, 4])
    objective = Objective(network, data)
    found = []
    for bias in (0.0, 1e-13):
        point = np.array([1.0, bias, 1.0, 0.0])
        found.append(prove(objective, point))
    assert found == [None, None]
    problem = read_problem(CATALOGUE / "relu-unit-on-a-data-point.toml")
    assert prove(problem.objective, Float64().asarray(problem.candidate.point)) is None


def test_second_derivatives_of_the_loss_may_jump() -> None:
    """The fitted sum of two Huber losses has its minimum where one of them changes its piece."""
    network = Network([1, 1, 1], "identity", bias=False)
    data = Data([[1], [2]], [["1"], ["7/2"]])
    objective = Objective(network, data, {"name": "huber", "delta": "1/2"})
    point = descend(objective, np.array([1.0, 1.4])).point
    assert prove(objective, point) is not None


def test_frozen_coordinates_are_as_many_as_independent_fields() -> None:
    network = Network([3, 2, 3, 3], "identity", bias=False)
    point = np.random.default_rng(0).standard_normal(network.size)
    kept, frozen = transversal_coordinates(list(network.invariances()), point)
    rows = np.array([field.at(Float64(), point) for field in network.invariances()])
    assert len(kept) == len(frozen) == np.linalg.matrix_rank(rows)
    values = np.array([field.at(Float64(), point)[frozen] for field in kept])
    assert np.linalg.cond(values) < 1e3
    assert transversal_coordinates([], point)[0] == []


SHIFT = {"entries": [], "shift": [[0, "1"]]}
SCALING = {"entries": [[0, 0, "1"], [1, 1, "-2"]], "shift": []}
#: Changes of the witness for w1 relu(w0 x) with w0 frozen, and the sentence of the refusal.
FORGED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "no symmetry": ("an output may change", lambda w: {"fields": [SHIFT]}),
    "another scaling": ("an output may change", lambda w: {"fields": [SCALING]}),
    "no field": ("there is no symmetry", lambda w: {"fields": [], "frozen": []}),
    "zero field": ("", lambda w: {"fields": [{"entries": [], "shift": []}]}),
    "two fields": ("a list is missing or wrong", lambda w: {"fields": 2 * w["fields"]}),
    "all frozen": (
        "a box says nothing",
        lambda w: {"frozen": [0, 1], "fields": 2 * w["fields"], "radius": ["0", "0"]},
    ),
    "frozen twice": ("listed twice", lambda w: {"frozen": [0, 0], "fields": 2 * w["fields"]}),
    "frozen and moved": ("a frozen coordinate", lambda w: {"radius": [w["radius"][1]] * 2}),
    "nothing moves": ("a radius of the box", lambda w: {"radius": ["0", "0"]}),
    "negative": ("a radius of the box", lambda w: {"radius": ["0", "-" + w["radius"][1]]}),
    "the other one frozen": ("a radius of the box", lambda w: {"frozen": [1]}),
    "far away": ("leaves the ball", lambda w: {"center": ["2", w["center"][1]]}),
    "wide": ("leaves the ball", lambda w: {"radius": ["0", "1"]}),
    "other inverse": ("the image of the box", lambda w: {"preconditioner": [["0"]]}),
    "coarse": ("the precision", lambda w: {"precision": 29}),
}


@pytest.mark.parametrize("what", FORGED)
def test_forged_witnesses_are_refused(what: str, verdict: Callable[..., Any]) -> None:
    value = json.loads((FOLDER / "correct" / "slice.json").read_text())
    assert verdict(value)[0] == 0
    part, change = FORGED[what]
    witness = value["evidence"][0]
    value["evidence"] = [{**witness, **change(witness)}]
    code, sentence = verdict(seal(value), "forged slices")
    assert code == 1 and part in sentence


def test_symmetries_have_to_cross_the_slice_on_the_whole_box(verdict: Callable[..., Any]) -> None:
    """The exchange of bias moves b2 by -W2: W2 must not vanish in the box."""
    value = json.loads((FOLDER / "correct" / "slice-linear.json").read_text())
    value["claim"]["about"]["radii"] = ["100"] * 4
    value["claim"]["dimension"] = 1
    (witness,) = value["evidence"]
    (field,) = [field for field in witness["fields"] if field["shift"]]
    witness.update(fields=[field], frozen=[3], radius=["1/1000", "1/1000", "90", "0"])
    code, sentence = verdict(seal(value), "forged slices")
    assert code == 1 and "may be dependent" in sentence


def test_the_witness_fits_its_problem_only(verdict: Callable[..., Any]) -> None:
    """The same evidence for problems in which the field is no symmetry."""
    value = json.loads((FOLDER / "correct" / "slice-logits.json").read_text())
    assert verdict(value)[0] == 0
    size = len(value["evidence"][0]["center"])
    decayed = copy.deepcopy(value)
    decayed["problem"]["regularizer"]["quadratic"] = ["1/10"] * size
    code, sentence = verdict(seal(decayed), "forged slices")
    assert code == 1 and "penalized" in sentence
    squared = copy.deepcopy(value)
    squared["problem"]["loss"] = {"name": "squared"}
    squared["problem"]["data"]["targets"] = [["1", "0"], ["1", "0"], ["0", "1"], ["0", "1"]]
    code, sentence = verdict(seal(squared), "forged slices")
    assert code == 1 and "output may change" in sentence
    relu = json.loads((FOLDER / "correct" / "slice.json").read_text())
    relu["problem"]["model"]["activations"] = [{"name": "tanh"}]
    code, sentence = verdict(seal(relu), "forged slices")
    assert code == 1 and "output may change" in sentence
