"""Complete lists of critical points in boxes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.certificates import checking
from pgb.errors import InputError
from pgb.models import Expression, Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective
from pgb.search.exhaustive import CompleteList, Progress, exhaustive
from pgb.search.exhaustive.enclosures import Enclosures
from pgb.transforms import eliminate

LINE = Data([[-2.0], [-1.0], [-0.5], [0.5], [1.0], [2.0]], [[0.5], [-1], [0.25], [1], [-0.5], [1]])


def sigmoid_neuron() -> Objective:
    """One unit, no bias, without interaction of its weights: minima multiply."""
    data = Data(np.array([[1, 0], [10, 0], [0, 1], [0, 10]]), np.full((4, 1), 0.75))
    return Objective(Network([2, 1], output_activation="sigmoid", bias=False), data)


def squared_line() -> Objective:
    """(w x + b)^2, with a minimum that is not global."""
    model = Expression(["x"], ["w", "b"], ["(w*x + b)^2"])
    return Objective(model, Data([[-1], [0], [1]], [[1], [1], [1]]), reduction="sum")


def polynomial(formula: str, names: tuple[str, ...] = ("w",)) -> Objective:
    """Q = exp(q) for a polynomial q in the parameters: the critical points of q."""
    model = Expression(["x"], list(names), [formula])
    return Objective(model, Data([[0]], [[-1]]), {"name": "exponential"})


def verified(found: CompleteList, tmp_path: Any) -> str:
    path = tmp_path / "complete.json"
    found.certificate().save(path)
    code, claim, sentence = checking.verify(str(path))
    assert code == 0, sentence
    return claim


def test_four_samples_on_a_sigmoid_neuron_give_exactly_four_minima(tmp_path: Any) -> None:
    found = exhaustive(sigmoid_neuron(), -2, 10)
    assert found.complete
    assert (len(found.minima), len(found.saddles), len(found.maxima)) == (4, 4, 1)
    low, high = 0.1276434038, 1.0973944982
    centers = {tuple(np.round(point.center, 9)) for point in found.minima}
    assert centers == {
        tuple(np.round(pair, 9)) for pair in [(low, low), (low, high), (high, low), (high, high)]
    }
    assert "4 local minima" in verified(found, tmp_path)


def test_squared_line_has_two_global_and_two_bad_minima(tmp_path: Any) -> None:
    found = exhaustive(squared_line(), -3, 3)
    assert found.complete
    minima = {tuple(point.center): round(point.value, 12) for point in found.minima}
    assert minima == {(0.0, -1.0): 0, (0.0, 1.0): 0, (-1.0, 0.0): 1, (1.0, 0.0): 1}
    saddle = np.abs([point.center for point in found.saddles])
    assert len(found.saddles) == 4 and np.allclose(saddle, [np.sqrt(0.4), np.sqrt(0.2)])
    assert [tuple(point.center) for point in found.maxima] == [(0.0, 0.0)]
    assert verified(found, tmp_path) == found.statement


def test_only_a_list_without_elementary_functions_is_proved_as_it_stands() -> None:
    polynomial_list, sigmoid_list = (
        exhaustive(squared_line(), -3, 3),
        exhaustive(sigmoid_neuron(), -2, 10),
    )
    assert polynomial_list.assumed == () and polynomial_list.reservation == ""
    assert sigmoid_list.assumed == ("sigmoid",)
    assert "sigmoid in floating point, which is tested, not proved." in sigmoid_list.to_text()
    for found in (polynomial_list, sigmoid_list):
        written = found.to_json_object()
        assert written["assumed"] == list(found.assumed)
        assert {point["proved"] for point in written["points"]} == {not found.assumed}


def test_three_parameters_of_a_tanh_neuron_with_decay() -> None:
    model = Expression(["x"], ["v", "w", "b"], ["v*tanh(w*x + b)"])
    found = exhaustive(Objective(model, LINE, weight_decay=Fraction(1, 1000)), -5, 5)
    assert found.complete and found.seconds < 60
    assert (len(found.minima), len(found.saddles)) == (4, 3)
    mirrored = sorted(tuple(-point.center) for point in found.points)
    assert np.allclose(mirrored, sorted(tuple(point.center) for point in found.points), atol=1e-9)


def test_four_parameters() -> None:
    model = Network([1, 1, 1], "tanh")
    found = exhaustive(Objective(model, LINE, weight_decay=Fraction(1, 10)), -2, 2)
    assert found.complete and len(found.points) == 3


@settings(max_examples=10, deadline=None)
@given(st.sets(st.integers(-15, 15), min_size=1, max_size=4))
def test_known_roots_of_derivatives_are_never_lost(tenths: set[int]) -> None:
    """Critical points at prescribed places, single ones: all are listed, with signs that alternate.

    The antiderivative of the product of (w - r) is a polynomial with rational coefficients.
    """
    coefficients = [Fraction(1)]
    for tenth in tenths:
        shifted = [Fraction(0), *coefficients]
        scaled = [-Fraction(tenth, 10) * c for c in coefficients] + [Fraction(0)]
        coefficients = [a + b for a, b in zip(shifted, scaled, strict=True)]
    terms = [f"({c / (k + 1)})*w^{k + 1}" for k, c in enumerate(coefficients) if c]
    found = exhaustive(polynomial(" + ".join(terms)), -2, 2)
    assert found.complete
    points = sorted(found.points, key=lambda point: float(point.center[0]))
    places = [float(point.center[0]) for point in points]
    assert np.allclose(places, [tenth / 10 for tenth in sorted(tenths)], atol=1e-8)
    signs = [(len(points) - k) % 2 for k in range(len(points))]
    assert [point.index for point in points] == [1 - sign for sign in signs]


def test_points_found_by_descent_from_many_starts_are_all_listed() -> None:
    rng = np.random.default_rng(3)
    for _ in range(3):
        data = Data(rng.normal(size=(5, 2)), rng.normal(size=(5, 1)))
        objective = Objective(
            Network([2, 1], output_activation="tanh", bias=False),
            data,
            weight_decay=Fraction(1, 50),
        )
        found = exhaustive(objective, -4, 4)
        assert found.complete
        theta, ar = rng.uniform(-4, 4, (200, 2)), Float64()
        for _ in range(3000):
            theta = theta - 0.2 * objective.gradient(ar, theta)
        ends = theta[np.abs(objective.gradient(ar, theta)).max(axis=1) < 1e-9]
        inside = ends[(np.abs(ends) < 4).all(axis=1)]
        assert len(inside) > 100
        centers = np.array([point.center for point in found.minima])
        distance = np.abs(inside[:, None] - centers).max(axis=2).min(axis=1)
        assert distance.max() < 1e-5


def test_a_point_at_a_face_of_the_first_bisection_counts_once() -> None:
    found = exhaustive(polynomial("w^2 + u^2", ("w", "u")), -1, 1)
    assert found.complete and [tuple(point.center) for point in found.points] == [(0.0, 0.0)]


def test_a_point_at_the_border_is_said_to_be_there(tmp_path: Any) -> None:
    found = exhaustive(polynomial("w^3 - 3*w"), -1, 2)
    assert found.complete
    assert [(point.index, point.place) for point in found.points] == [(0, "inside"), (1, "border")]
    assert "besides 1 critical point inside or just outside" in verified(found, tmp_path)


def test_a_point_just_outside_is_not_listed(tmp_path: Any) -> None:
    found = exhaustive(polynomial("w^2"), 1e-3, 1)
    assert found.complete and not found.points
    assert "no critical points" in verified(found, tmp_path)


def test_a_box_without_critical_points() -> None:
    found = exhaustive(polynomial("w + w^3"), -2, 2)
    assert found.complete and not found.points and not found.undecided
    assert found.statement.startswith("the box holds no critical points")


@pytest.mark.parametrize("formula", ["w^3", "w^4", "w^5 - w^4"])
def test_a_degenerate_critical_point_leaves_small_boxes_around_it(formula: str) -> None:
    found = exhaustive(polynomial(formula), -1, 3)
    assert not found.complete and set(found.undecided.reasons) == {"degenerate"}
    assert np.abs(found.undecided.low).max() < 1e-2 and found.undecided.volume < 1e-2
    with pytest.raises(InputError, match="undecided boxes"):
        found.certificate()


def test_a_curve_of_critical_points_exhausts_the_budget() -> None:
    found = exhaustive(
        Objective(Network([1, 1, 1], "identity", bias=False), LINE), -3, 3, budget=8_000
    )
    assert not found.complete and found.boxes <= 8_000
    slope = float(np.dot(np.ravel(LINE.inputs), np.ravel(LINE.targets))) / float(
        np.sum(np.ravel(LINE.inputs) ** 2)
    )
    for w in np.linspace(0.5, 2.5, 9):
        u = slope / w
        low, high = found.undecided.low, found.undecided.high
        assert ((low <= [w, u]) & (high >= [w, u])).all(axis=1).any()
    assert "not be complete" in found.statement


def test_kinks_are_undecided_unless_the_gradients_of_both_sides_exclude_zero() -> None:
    relu = Objective(Network([1, 1, 1], "relu", bias=False), LINE, weight_decay=Fraction(1, 100))
    found = exhaustive(relu, -3, 3, budget=50_000)
    assert len(found.minima) == 2 and not found.complete
    assert set(found.undecided.reasons) == {"kink"}
    absolute = Objective(
        Expression(["x"], ["w"], ["w*x"]), Data([[1.0], [2.0]], [[1.0], [1.5]]), "absolute"
    )
    found = exhaustive(absolute, -5, 5)
    assert set(found.undecided.reasons) == {"kink"}
    assert np.all((found.undecided.low <= 0.75) & (found.undecided.high >= 0.75))


def test_an_eliminated_problem_without_minima() -> None:
    base = Objective(Expression(["x"], [], ["0"]), Data([[0.0]], [[1.0]]))
    found = exhaustive(eliminate(base, Fraction(1, 2)), -3, 3, budget=10_000)
    assert not found.minima


@pytest.mark.parametrize("loss", ["logistic", "log-cosh", "huber", "polynomial-hinge"])
def test_other_losses(loss: str, tmp_path: Any) -> None:
    data = Data([[-1.0], [0.5], [1.0]], [[1.0], [-1.0], [1.0]])
    objective = Objective(Network([1, 1]), data, loss, weight_decay=Fraction(1, 10))
    found = exhaustive(objective, -4, 4)
    assert found.complete and len(found.minima) == 1 and len(found.points) == 1
    verified(found, tmp_path)


def test_cross_entropy_of_two_classes(tmp_path: Any) -> None:
    data = Data([[-1.0], [0.5], [1.0]], [0, 1, 1])
    objective = Objective(Network([1, 2], bias=False), data, "cross-entropy", weight_decay=1)
    found = exhaustive(objective, -4, 4)
    assert found.complete and len(found.points) == 1
    verified(found, tmp_path)


@pytest.mark.parametrize("loss", ["cross-entropy", "hinge"])
def test_hessians_of_losses_of_several_outputs_are_symmetric_and_hold_those_of_points(
    loss: str,
) -> None:
    options = {"name": "polynomial-hinge", "degree": 3} if loss == "hinge" else loss
    objective = Objective(Network([1, 2]), Data([[-1.0], [0.5], [1.5]], [0, 1, 1]), options)
    low, high = np.array([[0.5, -1.0, 0.25, 1.0]]), np.array([[0.75, -0.5, 0.5, 1.25]])
    H = Enclosures(objective).hessian(low, high)
    assert np.array_equal(H.low, H.low.swapaxes(1, 2))
    for share in np.linspace(0, 1, 5):
        at = objective.hessian(Float64(), low + share * (high - low))
        assert np.all((H.low - 1e-12 <= at) & (at <= H.high + 1e-12))


def test_the_result_does_not_depend_on_the_number_of_threads() -> None:
    one, two = (exhaustive(squared_line(), -3, 3, workers=n) for n in (1, 2))
    assert one.tree == two.tree
    assert [p.center.tolist() for p in one.points] == [p.center.tolist() for p in two.points]


def test_threads_leave_the_precision_of_the_process_as_it_was() -> None:
    before = flint.ctx.prec
    for _ in range(3):
        exhaustive(polynomial("w^2/3 + u^2/7 + tanh(w*u)/9", ("w", "u")), -2, 2, workers=4)
        assert flint.ctx.prec == before


def test_progress_ends_with_the_whole_volume() -> None:
    seen: list[Progress] = []
    found = exhaustive(squared_line(), -3, 3, progress=seen.append)
    fractions = [entry.fraction for entry in seen]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    assert seen[-1].waiting == 0 and seen[-1].boxes == found.boxes == len(found.tree)


def test_a_budget_of_nothing_proves_nothing_more_than_the_points() -> None:
    found = exhaustive(squared_line(), -3, 3, budget=1)
    assert not found.complete and found.undecided.volume == 1
    assert found.to_json_object()["undecided"]["reasons"] == {"budget": len(found.undecided)}


def test_one_end_for_each_parameter_and_plain_values() -> None:
    found = exhaustive(squared_line(), [0.5, -0.25], [1.5, 0.25])
    record = found.to_json_object()
    assert record["complete"] and len(record["points"]) == 1
    assert record["points"][0]["parameters"] == {"w": 1.0, "b": 0.0}
    assert record["points"][0]["kind"] == "minimum"
    assert "1 local minimum" in str(found)


@pytest.mark.parametrize(
    ("low", "high", "options", "message"),
    [
        (1, 0, {}, "high: found 0"),
        ([0, 0, 0], 1, {}, "low: found"),
        (0, float("inf"), {}, "high: found inf"),
        ("x", 1, {}, "low: found 'x'"),
        (0, 1, {"budget": 0}, "budget"),
        (0, 1, {"seconds": 0}, "budget"),
    ],
)
def test_bad_arguments_are_named(low: Any, high: Any, options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        exhaustive(squared_line(), low, high, **options)


def test_five_parameters_are_too_many() -> None:
    with pytest.raises(InputError, match="parameters: found 7"):
        exhaustive(Objective(Network([1, 2, 1]), LINE), -1, 1)
