"""Second derivatives: strict minima, directions of descent, and where they jump."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions import Curvature, Evidence, Inertia, Verdict
from pgb.models import Expression
from pgb.problems import Data, Objective

HUBER = {"name": "huber", "delta": 1}
HINGE = {"name": "polynomial-hinge", "degree": 2}
entries = st.integers(-3, 3)


@given(entries, entries, entries)
@settings(max_examples=60)
def test_a_quadratic_form_is_decided_by_its_signs(
    evaluate: Any, quadratic: Any, a: int, b: int, c: int
) -> None:
    """(1 + q/2)^2 has at 0 the Hessian of q = a u^2 + 2 b u v + c v^2."""
    curvature = Curvature(evaluate(quadratic(a, b, c), [0, 0]))
    values = np.linalg.eigvalsh([[a, b], [b, c]])
    masks = (values > 1e-9, abs(values) <= 1e-9, values < -1e-9)
    signs = [int(np.sum(mask)) for mask in masks]
    assert curvature.inertia == Inertia(*signs)
    assert (curvature.strict_minimum() is not None) == (signs[0] == 2)
    assert (curvature.descending_direction() is not None) == (signs[2] > 0)
    assert np.allclose(curvature.spectrum, 2 * values, atol=1e-9)


@pytest.fixture(scope="module")
def quadratic() -> Any:
    """The objective (1 + a u^2/2 + b u v + c v^2/2)^2 of u and v, by its three coefficients."""
    model = Expression(["x1", "x2", "x3"], ["u", "v"], ["x1*u^2/2 + x2*u*v + x3*v^2/2"])

    def build(a: int, b: int, c: int) -> Objective:
        return Objective(model, Data([[a, b, c]], [-1]), reduction="sum")

    return build


def test_a_direction_of_descent_can_be_checked_again(evaluate: Any, formula: Any) -> None:
    finding = Curvature(evaluate(formula("u*v", "u v", y=[1]), [0, 0])).descending_direction()
    assert finding is not None and finding.proved
    assert finding.verdict is Verdict.NOT_A_LOCAL_MINIMUM
    u, v = finding.details["direction"]
    assert -4 * u * v == pytest.approx(finding.details["quadratic_form"])
    assert finding.details["quadratic_form"] < 0


def test_one_direction_must_serve_on_the_whole_ball(evaluate: Any, formula: Any) -> None:
    objective = formula("w^2", "w", y=[1])
    assert Curvature(evaluate(objective, [0.1], 0.1)).descending_direction() is not None
    assert Curvature(evaluate(objective, [0.1], 0.6)).descending_direction() is None


def test_across_a_kink_second_derivatives_say_nothing(evaluate: Any, formula: Any) -> None:
    """A strict minimum of a leaky unit with second derivatives that vanish off the kink."""
    curvature = Curvature(evaluate(formula("relu(w) - relu(-w)/2", "w"), [0]))
    assert not curvature.defined
    assert curvature.spectrum is None
    assert curvature.inertia is None
    assert curvature.strict_minimum() is None
    assert curvature.descending_direction() is None


@pytest.mark.parametrize("loss", [HUBER, HINGE])
def test_at_the_edge_of_a_loss_the_inertia_is_not_single_valued(
    evaluate: Any, formula: Any, loss: Any
) -> None:
    point = {"huber": 1, "polynomial-hinge": 1}[loss["name"]]
    target = 0 if loss is HUBER else 1
    curvature = Curvature(evaluate(formula("w", "w", y=[target], loss=loss), [point]))
    assert curvature.defined and not curvature.single_valued
    assert curvature.inertia is None


@pytest.mark.parametrize(
    ("bend", "target", "strict"), [("1/4", "-1/2", True), ("3/2", "1/2", False)]
)
def test_huber_kinks_need_every_one_sided_hessian_positive(
    evaluate: Any, formula: Any, bend: str, target: str, strict: bool
) -> None:
    """Residuals 1 and -1 at w = 1: on either side one of the two is in its quadratic part.

    The third sample adds 1/4 to the second derivative, or takes 3/2 off: then w = 1 is a maximum,
    though counting both samples as quadratic gives 2 - 3/2 > 0.
    """
    x, y = [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 2, target]
    objective = formula(f"x1*w + x2*w + x3*({bend})*(w - 1)^2", "w", x=x, y=y, loss=HUBER)
    curvature = Curvature(evaluate(objective, [1]))
    assert not curvature.single_valued
    finding = curvature.strict_minimum()
    assert (finding is not None) == strict
    if finding is not None:
        assert finding.evidence is Evidence.STRICT and finding.proved


@pytest.mark.parametrize(("sign", "strict"), [("-", True), ("", False)])
def test_the_degree_two_hinge_at_its_own_kink(
    evaluate: Any, formula: Any, sign: str, strict: bool
) -> None:
    """max(0, 1 - w)^2 + (1 +- (w - 1)^2/4)^2 has one-sided second derivatives 3 and 1, or 1, -1."""
    objective = formula(
        f"x1*w + x2*({sign}1/4)*(w - 1)^2", "w", x=[[1, 0], [0, 1]], y=[1, 1], loss=HINGE
    )
    assert (Curvature(evaluate(objective, [1])).strict_minimum() is not None) == strict


def test_a_strict_minimum_needs_the_gradient_to_be_exactly_zero(
    evaluate: Any, formula: Any
) -> None:
    objective = formula("w", "w")
    assert Curvature(evaluate(objective, [0])).strict_minimum() is not None
    assert Curvature(evaluate(objective, ["1/10^30"])).strict_minimum() is None
    assert Curvature(evaluate(objective, [0.0])).strict_minimum() is None


def test_zero_eigenvalues_of_a_singular_hessian_are_shown_as_exactly_zero(
    evaluate: Any, formula: Any
) -> None:
    curvature = Curvature(evaluate(formula("u/3 + v/7", "u v"), [0, 0]))
    assert curvature.inertia == Inertia(1, 1, 0)
    assert curvature.spectrum[0] == 0.0


def test_without_parameters_the_spectrum_is_empty(evaluate: Any, formula: Any) -> None:
    assert Curvature(evaluate(formula("x", ""), [])).spectrum.tolist() == []
