"""Minima with constant hidden units: a convexity defect of the data, curvature of the activation.

Three inputs whose output gradients are t times the weights of the second divided difference make
sum r_i = sum r_i x_i = 0 and sum r_i x_i^2 = t: across the branch the Hessian is positive definite
where t u h''(b) > 0 (and where the slope h'(b) outweighs it), for a unit u h(w x + b) at w = 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pgb.check import check
from pgb.conditions import Evidence, Verdict, constant_unit_minimum
from pgb.models import Network
from pgb.models.activations import activation
from pgb.numbers import Balls, Exact, Float64
from pgb.problems import Candidate, Data, Objective, Regularizer
from pgb.strategies import positive_rationals, rationals

EXACT, FLOATS = Exact(), Float64()
TINY = fmpq(1, 10**30)
BENT = [
    "tanh",
    "sigmoid",
    "softplus",
    "exp",
    "quadratic",
    "cubic",
    "elu",
    "erf",
    "arctan",
    "silu",
    "gelu",
    "sine",
]
three_points = st.lists(rationals(3), min_size=3, max_size=3, unique_by=str)


def divided_difference(x: Sequence[fmpq]) -> list[fmpq]:
    a, b, c = x
    return [1 / ((a - b) * (a - c)), 1 / ((b - a) * (b - c)), 1 / ((c - a) * (c - b))]


def bending(name: str, b: Any) -> float:
    return float(activation(name).second(FLOATS, np.array([float(b)]))[0])


def constant_network(
    name: str,
    x: Any,
    r: Any,
    biases: Sequence[Any],
    outgoing: Any,
    w: Any = None,
    **options: Any,
) -> tuple[Objective, list[Any]]:
    """All units constant; r (m, d_y) are the output gradients at the output value 0.

    ``x`` is (m, d_x), ``outgoing`` (d_y, n); the output bias compensates as a closed form.
    """
    x, r, outgoing = (EXACT.asarray(v) for v in (x, r, outgoing))
    model = Network([x.shape[1], len(biases), r.shape[1]], name)
    weights = EXACT.asarray([1] * len(x) if w is None else w)
    data = Data(x, -r / weights[:, None], w)
    value = model.activations[0].value(EXACT, EXACT.asarray(biases))
    point = [fmpq(0)] * (x.shape[1] * len(biases))
    point += [*biases, *outgoing.ravel(), *(-EXACT.matmul(outgoing, value[:, None]))[:, 0]]
    return Objective(model, data, "half-squared", "sum", **options), point


@given(
    st.sampled_from(BENT),
    rationals(2, zero=False),
    three_points,
    positive_rationals(3),
    positive_rationals(3),
    st.lists(positive_rationals(3), min_size=3, max_size=3),
)
@settings(max_examples=40)
def test_a_constant_unit_that_bends_with_the_data_is_a_minimum(
    evaluate: Any, name: str, b: fmpq, x: list[fmpq], t: fmpq, u: fmpq, w: list[fmpq]
) -> None:
    bend = bending(name, b)
    assume(abs(bend) > 1e-3)
    r = [[t * d] for d in divided_difference(x)]
    objective, point = constant_network(
        name, [[v] for v in x], r, [b], [[u if bend > 0 else -u]], w
    )
    finding = constant_unit_minimum(evaluate(objective, point))
    assert finding is not None and finding.proved
    assert (finding.verdict, finding.evidence) == (Verdict.LOCAL_MINIMUM, Evidence.BRANCH)
    assert (finding.details["units"], finding.details["dimension"]) == ([0], 2)


@given(
    st.sampled_from(BENT),
    rationals(2, zero=False),
    three_points,
    positive_rationals(2),
)
@settings(max_examples=12)
def test_a_constant_unit_that_bends_against_the_data_is_refuted(
    evaluate: Any, name: str, b: fmpq, x: list[fmpq], u: fmpq
) -> None:
    """With a defect so large that the Gauss-Newton part u^2 h'^2 sum (x - mean)^2 is outweighed."""
    bend = bending(name, b)
    slope = float(activation(name).first(FLOATS, np.array([float(b)]))[0])
    assume(abs(bend) > 1e-2)
    t = fmpq(int(200 * slope * slope * float(u) / abs(bend)) + 1)
    r = [[-t * d] for d in divided_difference(x)]
    objective, point = constant_network(name, [[v] for v in x], r, [b], [[u if bend > 0 else -u]])
    assert constant_unit_minimum(evaluate(objective, point)) is None
    report = check(objective, Candidate.from_vector(objective.parameters, point))
    assert report.verdict is Verdict.NOT_A_LOCAL_MINIMUM and report.proved


@given(st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), three_points)
@settings(max_examples=20)
def test_the_dimension_counts_free_moves_of_every_unit(
    evaluate: Any, units: int, outputs: int, copies: int, x: list[fmpq]
) -> None:
    """Inputs that span a line in any dimension leave d_x - 1 free moves of incoming weights."""
    r = [[d * (k + 1) for k in range(outputs)] for d in divided_difference(x)]
    line = [[v, *[2 * v + 1] * (copies - 1)] for v in x]
    objective, point = constant_network(
        "quadratic", line, r, [fmpq(1)] * units, [[fmpq(2)] * units] * outputs
    )
    finding = constant_unit_minimum(evaluate(objective, point))
    assert finding is not None
    assert finding.details["dimension"] == units * (copies - 1 + 1 + outputs)
    T = fmpq_mat([[fmpq(*map(int, v.split("/"))) for v in row] for row in rows(finding)])
    assert T.rank() == objective.size - finding.details["dimension"]


def rows(finding: Any) -> list[list[str]]:
    return [[v if "/" in v else f"{v}/1" for v in row] for row in finding.witness["complement"]]


@given(st.sampled_from(BENT[:4]), st.integers(0, 1), st.sampled_from([TINY, -TINY, fmpq(1)]))
@settings(max_examples=20)
def test_moments_that_are_almost_zero_prove_nothing(
    evaluate: Any, name: str, moment: int, amount: fmpq
) -> None:
    """With and without an outgoing weight; at none the gradient does not see the first moment."""
    b = fmpq(-1)
    r = [[fmpq(1)], [fmpq(-2)], [fmpq(1)]]
    for i in (1, 0) if moment else (0,):
        r[i][0] += amount * (1 - 2 * i if moment else 1)
    for u in (1, 0):
        objective, point = constant_network(name, [[0], [1], [2]], r, [b], [[u]])
        assert constant_unit_minimum(evaluate(objective, point)) is None


def test_without_an_outgoing_weight_the_unit_can_bend_either_way(evaluate: Any) -> None:
    objective, point = constant_network("tanh", [[0], [1], [2]], [[1], [-2], [1]], [-1], [[0]])
    assert constant_unit_minimum(evaluate(objective, point)) is None
    candidate = Candidate.from_vector(objective.parameters, point)
    assert check(objective, candidate).verdict is Verdict.NOT_A_LOCAL_MINIMUM


@pytest.mark.parametrize(("name", "proved"), [("tanh", True), ("sine", True), ("cubic", False)])
def test_at_an_inflection_a_slope_decides(evaluate: Any, name: str, proved: bool) -> None:
    """Squares of first-order changes of the outputs make up for h'' = 0; the cubic has none."""
    objective, point = constant_network(name, [[0], [1], [2]], [[1], [-2], [1]], [0], [[1]])
    assert (constant_unit_minimum(evaluate(objective, point)) is not None) == proved


@pytest.mark.parametrize("name", ["relu", "selu", "elu", {"name": "leaky-relu", "slopes": [2, 1]}])
def test_a_unit_at_its_kink_is_not_proved(evaluate: Any, name: Any) -> None:
    objective, point = constant_network(name, [[0], [1], [2]], [[1], [-2], [1]], [0], [[1]])
    assert constant_unit_minimum(evaluate(objective, point)) is None


@pytest.mark.parametrize("moved", range(4))
def test_a_penalty_on_what_moves_is_refused(evaluate: Any, moved: int) -> None:
    """Also where its gradient is 0 at the point: it need not be on the branch."""
    plain, point = constant_network("quadratic", [[0], [1], [2]], [[1], [-2], [1]], [1], [[1]])
    assert constant_unit_minimum(evaluate(plain, point)) is not None
    penalty = Regularizer([fmpq(int(j == moved)) for j in range(4)])
    assert constant_unit_minimum(evaluate(plain.add_regularizer(penalty), point)) is None


@pytest.mark.parametrize(
    "model",
    [
        Network([1, 1, 1], "quadratic", bias=False),
        Network([1, 1, 1, 1], ["quadratic", "identity"]),
        Network([1, 1, 1], "quadratic", "tanh"),
    ],
)
def test_other_networks_are_left_to_others(evaluate: Any, model: Network) -> None:
    objective = Objective(model, Data([[0], [1], [2]], [1, -2, 1]))
    assert constant_unit_minimum(evaluate(objective, [0] * model.size)) is None


def test_floats_and_inputs_in_closed_form_are_not_decided(evaluate: Any) -> None:
    r = [[1], [-2], [1]]
    objective, point = constant_network("quadratic", [[0], [1], [2]], r, [1], [[1]])
    assert constant_unit_minimum(evaluate(objective, [float(v) for v in point])) is None
    closed = Objective(
        objective.model, Data([["0"], ["pi"], ["2*pi"]], [-1, 2, -1]), "half-squared", "sum"
    )
    assert constant_unit_minimum(evaluate(closed, point)) is None


@given(st.permutations(range(4)), st.integers(1, 3), st.booleans(), st.booleans())
@settings(max_examples=20)
def test_the_order_of_samples_and_their_multiplicity_do_not_matter(
    evaluate: Any, order: list[int], copies: int, bent: bool, mean: bool
) -> None:
    x, r = [-1, 0, 1, 3], [3, -6, 3, 0]
    u = fmpq(1 if bent else -1, 1)
    model = Network([1, 2, 1], "quadratic")
    point = [0, 0, 1, 2, u, u, -5 * u]
    answers = []
    for chosen, repeat in ((list(range(4)), 1), (order, copies)):
        many = [i for i in chosen for _ in range(repeat)]
        data = Data([[x[i]] for i in many], [-r[i] for i in many], [fmpq(1, repeat)] * len(many))
        objective = Objective(model, data, "half-squared", "mean" if mean else "sum")
        found = constant_unit_minimum(evaluate(objective, point))
        answers.append(None if found is None else found.details["dimension"])
    assert answers[0] == answers[1] == (4 if bent else None)


@given(
    st.sampled_from(BENT),
    st.integers(-2, 2),
    st.sampled_from([1, -1]),
    st.integers(1, 3),
    st.integers(0, 2**20),
)
@settings(max_examples=25)
def test_no_lower_value_lies_near_a_proved_minimum(
    evaluate: Any, name: str, b: int, u: int, t: int, seed: int
) -> None:
    """Steps at random and along the branch, the values in 200 bits."""
    objective, point = constant_network(
        name, [[-1], [0], [1], [2]], [[t], [-2 * t], [t], [0]], [fmpq(b)], [[u]]
    )
    if constant_unit_minimum(evaluate(objective, point)) is None:
        return
    rng = np.random.default_rng(seed)
    with Balls(200) as ar:
        here, theta = objective.value(ar, ar.asarray(point)), ar.asarray(point)
        for k in range(6, 20, 2):
            step = ar.asarray(rng.standard_normal(objective.size)) / 2**k
            along = theta + ar.stack([step[0] / 2**k, *step[1:]], axis=0)
            hidden = objective.model.activations[0].value(ar, along[1:2])
            along = ar.concatenate([along[:3], -along[2:3] * hidden], axis=0)
            for there in (theta + step, along):
                difference = objective.value(ar, there) - here
                assert not ar.certainly_negative(np.array([difference]))[0]
