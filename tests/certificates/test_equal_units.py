"""Two equal units: splits of an outgoing weight inside and outside [0, 1].

Let U h(w x + b) + c be a strict minimum with output gradients r, and
B = U sum r_i h''(w x_i + b) (x_i, 1)(x_i, 1)'. With the unit doubled and U split into s U and
(1 - s) U, the Hessian is s (1 - s) B where the two units move apart and the outputs do not change
to first order. So for positive definite B the splits inside [0, 1] are minima and those outside
saddles, for negative definite B the other way round (Fukumizu and Amari 2000). Targets with either
sign of B are made here for any unit: B depends linearly on the output gradients.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from flint import fmpq
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from pgb.certificates import build, verify
from pgb.certificates.prove.equal_units import prove_equal_units
from pgb.check import check
from pgb.conditions import Evidence, Finding, Verdict
from pgb.models import Network
from pgb.numbers import Float64
from pgb.problems import Candidate, Data, Objective

AR = Float64()
X = np.arange(-3.0, 4.0)[:, None] / 2
ACTIVATIONS = ["tanh", "sigmoid", "softplus", "silu", "erf"]
UNIT = np.array([0.8, 0.3, 1.5, -0.4])
inside = st.floats(0.15, 0.85)
outside = st.one_of(st.floats(-1.0, -0.15), st.floats(1.15, 2.0))
Floats = npt.NDArray[np.float64]


def targets(name: str, unit: Floats, bend: float, weights: Floats | None = None) -> Floats:
    """Targets (7, 1) for which the unit (w, b, U, c) is critical and B is bend times identity."""
    model = Network([1, 1, 1], name)
    outputs = model.outputs(AR, unit, X)
    J = model.jacobian(AR, unit, X)[:, 0, :]
    free = np.linalg.svd(J.T)[2][4:]  # output gradients orthogonal to J
    h = model.activations[0].second(AR, unit[0] * X + unit[1])[:, 0] * unit[2]
    ends = np.column_stack([X[:, 0] ** 2, X[:, 0], np.ones(len(X))]) * h[:, None]
    r = np.linalg.solve(ends.T @ free.T, bend * np.array([1.0, 0.0, 1.0])) @ free
    c = np.ones(len(X)) if weights is None else weights
    return np.asarray(outputs - (r / c)[:, None])


def doubled(unit: Floats, split: float) -> list[float]:
    w, b, U, c = unit.tolist()
    return [w, w, b, b, split * U, U - split * U, c]


def problem(name: str, y: Floats, weights: Any = None, **options: Any) -> Objective:
    model = Network([1, 2, 1], name)
    return Objective(model, Data(X, y, weights), "half-squared", "sum", **options)


def prove(objective: Objective, point: Any, radii: Any = 1e-4) -> Finding | None:
    candidate = Candidate.from_vector(objective.parameters, point)
    return prove_equal_units(objective, candidate, np.broadcast_to(radii, (objective.size,)))


@given(
    st.sampled_from(ACTIVATIONS),
    st.floats(0.7, 1.3),
    st.floats(0.1, 0.5),
    st.floats(0.7, 2.0),
    st.tuples(*[st.sampled_from([1.0, -1.0])] * 3),
    inside,
    outside,
)
@settings(max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_inside_or_outside_is_decided_by_the_sign_of_the_curvature(
    name: str,
    w: float,
    b: float,
    U: float,
    signs: tuple[float, float, float],
    near: float,
    far: float,
) -> None:
    unit = np.array([w, signs[0] * b, signs[1] * U, 0.25])
    bend = signs[2] * 0.02
    largest = float(np.max(np.abs(targets(name, unit, bend) - targets(name, unit, 0.0))))
    bend /= max(1.0, largest)
    assume(abs(bend) > 1e-6)
    y = targets(name, unit, bend)
    merged = Objective(Network([1, 1, 1], name), Data(X, y), "half-squared", "sum")
    assume(np.linalg.eigvalsh(merged.hessian(AR, unit))[0] > 1e-4)
    objective = problem(name, y)
    good, bad = (near, far) if bend > 0 else (far, near)
    finding = prove(objective, doubled(unit, good))
    assert finding is not None and finding.proved
    assert (finding.verdict, finding.evidence) == (Verdict.LOCAL_MINIMUM, Evidence.BRANCH)
    assert prove(objective, doubled(unit, bad)) is None


@pytest.mark.parametrize("split", [0.0, 1.0])
def test_at_the_ends_of_the_split_nothing_is_proved(split: float) -> None:
    for bend in (0.02, -0.02):
        assert prove(problem("tanh", targets("tanh", UNIT, bend)), doubled(UNIT, split)) is None


def test_without_residuals_there_is_nothing_strict_across() -> None:
    y = Network([1, 1, 1]).outputs(AR, UNIT, X)
    for split in (0.5, 2.0):
        assert prove(problem("tanh", y), doubled(UNIT, split)) is None


def test_a_check_proves_the_split_inside_and_refutes_the_one_outside() -> None:
    objective = problem("tanh", targets("tanh", UNIT, 0.02))
    for split, verdict in ((0.4, Verdict.LOCAL_MINIMUM), (1.6, Verdict.NOT_A_LOCAL_MINIMUM)):
        candidate = Candidate.from_vector(objective.parameters, doubled(UNIT, split))
        report = check(objective, candidate)
        assert report.verdict is verdict and report.proved


@given(st.permutations(range(7)), st.floats(-1.0, 2.0))
@settings(max_examples=12)
def test_the_order_of_samples_and_units_does_not_matter(order: list[int], split: float) -> None:
    """With weights of the samples that are not equal; exchanging the units reflects the split."""
    assume(min(abs(split), abs(1 - split)) > 0.1)
    weights = np.array([1.0, 2.0, 1.0, 3.0, 1.0, 2.0, 1.0])
    y = targets("tanh", UNIT, 0.02, weights)
    straight = problem("tanh", y, weights)
    data = Data(X[order], y[order], weights[order])
    other = Objective(straight.model, data, "half-squared", "sum")
    answers = [
        prove(straight, doubled(UNIT, split)) is not None,
        prove(other, doubled(UNIT, 1 - split)) is not None,
    ]
    assert answers[0] == answers[1] == (0 < split < 1)


@given(st.sampled_from([0.02, -0.02]), st.floats(0.15, 0.85))
@settings(max_examples=8)
def test_no_lower_value_lies_near_a_proved_split(bend: float, split: float) -> None:
    """Descent from points around ends no lower, but for rounding."""
    y = targets("tanh", UNIT, bend)
    objective, rng = problem("tanh", y), np.random.default_rng(3)
    point = np.array(doubled(UNIT, split if bend > 0 else 1 + split))
    assert prove(objective, point.tolist()) is not None
    around = point + 1e-3 * rng.standard_normal((200, 7))
    for _ in range(100):
        around = around - 0.05 * objective.gradient(AR, around)
    assert np.min(objective.value(AR, around)) >= objective.value(AR, point) - 1e-14


def test_three_equal_units_are_not_proved() -> None:
    w, b, U, c = UNIT
    objective = Objective(
        Network([1, 3, 1]), Data(X, targets("tanh", UNIT, 0.02)), "half-squared", "sum"
    )
    assert prove(objective, [w, w, w, b, b, b, U / 3, U / 3, U / 3, c]) is None


@pytest.mark.parametrize("entry", [0, 2])
def test_units_that_are_almost_equal_are_not_equal(entry: int) -> None:
    point = doubled(UNIT, 0.5)
    objective = problem("tanh", targets("tanh", UNIT, 0.02))
    point[entry] = float(np.nextafter(point[entry], 2))
    assert prove(objective, point) is None


@pytest.mark.parametrize("entry", range(7))
def test_the_minimum_must_lie_in_the_ball_in_every_coordinate(entry: int) -> None:
    """The candidate is 2e-5 away in every coordinate; one half-width at a time is too small."""
    objective = problem("tanh", targets("tanh", UNIT, 0.02))
    w, b, U, c = UNIT + 2e-5
    point = [w, w, b, b, U / 2, U / 2, c]
    assert prove(objective, point) is not None
    radii = np.full(7, 1e-4)
    radii[entry] = 1e-6
    # The split is the candidate's own, so the second outgoing weight stays where it is.
    assert (prove(objective, point, radii) is not None) == (entry == 5)


def test_the_split_keeps_the_proved_point_inside_the_ball() -> None:
    objective = problem("tanh", targets("tanh", UNIT, 0.02))
    point, radii = doubled(UNIT + 1e-6, 0.3), np.array([1e-4, 1e-5, 2e-5, 1e-4, 1e-4, 1e-9, 1e-4])
    finding = prove(objective, point, radii)
    assert finding is not None
    merged = finding.witness["merged"]
    center, width = ([fraction(v) for v in merged[key]] for key in ("center", "radius"))
    U = fraction_of(point[4]) + fraction_of(point[5])
    asked = [fraction_of(point[0]), fraction_of(point[2]), U, fraction_of(point[6])]
    for c, r, a, limit in zip(center, width, asked, [1e-5, 2e-5, 1e-4, 1e-4], strict=True):
        assert abs(c - a) + r <= fraction_of(limit)


def fraction(text: str) -> fmpq:
    return fmpq(*map(int, text.split("/")))


def fraction_of(value: float) -> fmpq:
    return fmpq(*float(value).as_integer_ratio())


def test_other_problems_are_refused() -> None:
    y = targets("tanh", UNIT, 0.02)
    objective, point = problem("tanh", y), doubled(UNIT, 0.5)
    assert prove(objective, point) is not None
    assert prove(objective, [fraction_of(v) for v in point]) is None, "an exact candidate"
    assert prove(problem("tanh", y, weight_decay="1/10^30"), point) is None, "a regularizer"
    two = Objective(Network([1, 2, 2]), Data(X, np.hstack([y, y])), "half-squared", "sum")
    w, b, U, c = UNIT
    pair = [w, w, b, b, U / 2, U / 2, U / 2, U / 2, c, c]
    assert prove(two, pair) is None, "two units in the next layer"
    from pgb.transforms import eliminate

    assert prove(eliminate(objective, 1), [*point, 0.0, 0.0, 0.0]) is None, "a transformed problem"


@pytest.mark.parametrize("kinked", [False, True])
def test_networks_without_biases_but_with_no_sample_at_a_kink(kinked: bool) -> None:
    """Elu at the input 0 is at its kink for all weights; the output gradients are along U h'' x^2.

    A sample there changes nothing, but then the Hessian is not known to be continuous.
    """
    x = X if kinked else X[X[:, 0] != 0]
    smaller, unit = Network([1, 1, 1], "elu", bias=False), np.array([1.0, 1.5])
    J = smaller.jacobian(AR, unit, x)[:, 0, :]
    bent = smaller.activations[0].second(AR, unit[0] * x) * x * x
    r = bent - J @ np.linalg.lstsq(J, bent)[0]
    data = Data(x, smaller.outputs(AR, unit, x) - r)
    objective = Objective(Network([1, 2, 1], "elu", bias=False), data, "half-squared", "sum")
    assert (prove(objective, [1.0, 1.0, 0.75, 0.75]) is None) == kinked
    assert prove(objective, [1.0, 1.0, 2.25, -0.75]) is None


@pytest.mark.parametrize("name", ["tanh", "silu"])
def test_the_certificate_is_accepted_and_one_for_another_split_is_not(
    tmp_path: Path, name: str
) -> None:
    objective = problem(name, targets(name, UNIT, 0.005))
    finding = prove(objective, doubled(UNIT, 0.3))
    assert finding is not None
    path = tmp_path / "certificate.json"
    for split, accepted in ((0.3, True), (1.3, False)):
        candidate = Candidate.from_vector(objective.parameters, doubled(UNIT, split))
        certificate = build(objective, candidate, [finding], radii=np.full(7, 1e-4))
        path.write_text(json.dumps(certificate.to_json_object()), encoding="utf-8")
        assert verify(path)[0] == accepted
