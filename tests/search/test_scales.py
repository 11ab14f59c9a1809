"""Scales of the parameters of formulas."""

from __future__ import annotations

import numpy as np
import pytest

from pgb import Data, Expression, Network, Objective
from pgb.search.scales import magnitude_ranges, typical_magnitudes

X = np.array([[1.0, 0.01], [100.0, 0.02], [0.0, 0.02]])


def of(formula: str, names: list[str]) -> Objective:
    return Objective(Expression(["x", "z"], names, [formula]), Data(X, [0.0, 1.0, 2.0]))


def test_a_formula_has_the_scales_of_the_network_that_it_spells_out() -> None:
    formula = of("sigmoid(u*x - v*z)", ["u", "v"])
    network = Objective(Network([2, 1], output_activation="sigmoid", bias=False), formula.data)
    for one, two in zip(magnitude_ranges(formula), magnitude_ranges(network), strict=True):
        assert one == pytest.approx(two)
    assert typical_magnitudes(formula) == pytest.approx(np.sqrt(2) * typical_magnitudes(network))


def test_parameters_that_multiply_no_input_are_of_scale_one() -> None:
    problem = of("a*tanh(x) + b + tanh(c) + exp(d + x)", ["a", "b", "c", "d"])
    least, most = magnitude_ranges(problem)
    assert least[1:].tolist() == most[1:].tolist() == [1.0, 1.0, 1.0]
    assert least[0] == pytest.approx(1)
    assert most[0] == pytest.approx(1 / np.tanh(1))


@pytest.mark.parametrize("formula", ["u*x^2*z", "x*(u*(x*z))", "-u*z*x^2", "sin(x*u*x*z)"])
def test_factors_of_a_product_count_together(formula: str) -> None:
    least, most = magnitude_ranges(of(formula, ["u"]))
    assert (least[0], most[0]) == pytest.approx((1 / 200, 1 / 0.01))
