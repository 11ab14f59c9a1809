"""Definiteness, inertia, spectra and solves."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pgb.conditions import Inertia, certainly_positive_definite, exact_inertia
from pgb.conditions.linear_algebra import midpoint_newton_step, midpoint_spectrum
from pgb.numbers import Balls, Exact
from pgb.problems.stored import read_exact


def exact(rows):
    return np.array([[fmpq(int(v)) for v in row] for row in rows], dtype=object)


small_integers = st.integers(-4, 4)


@st.composite
def symmetric_integers(draw):
    n = draw(st.integers(1, 5))
    lower = draw(arrays(np.int64, (n, n), elements=small_integers))
    return np.tril(lower) + np.tril(lower, -1).T


@given(symmetric_integers())
def test_exact_inertia_agrees_with_float_eigenvalues(matrix):
    values = np.linalg.eigvalsh(matrix.astype(float))
    inertia = exact_inertia(exact(matrix))
    assert inertia.positive == np.sum(values > 1e-9)
    assert inertia.negative == np.sum(values < -1e-9)
    assert inertia.zero == np.sum(np.abs(values) <= 1e-9)


def test_inertia_of_a_matrix_with_zero_diagonal():
    inertia = exact_inertia(exact([[0, 1], [1, 0]]))
    assert (inertia.positive, inertia.zero, inertia.negative) == (1, 0, 1)


@given(symmetric_integers())
def test_positive_definiteness_in_balls_agrees_with_exact_inertia(matrix):
    with Balls(128) as ar:
        certain = certainly_positive_definite(ar, ar.asarray(exact(matrix)))
    assert certain == (exact_inertia(exact(matrix)).positive == len(matrix))


def test_a_wide_enclosure_that_holds_a_singular_matrix_is_not_positive_definite():
    with Balls(64) as ar:
        enclosure = ar.ball(np.eye(2), np.full((2, 2), 0.6))
        assert not certainly_positive_definite(ar, enclosure)


def test_positive_definiteness_works_in_exact_arithmetic_too():
    assert certainly_positive_definite(Exact(), exact([[2, 1], [1, 2]]))
    assert not certainly_positive_definite(Exact(), exact([[1, 1], [1, 1]]))


def test_the_spectrum_of_a_badly_scaled_matrix_keeps_its_small_eigenvalue():
    # Eigenvalues about 1e16 and 0.75e-16 in exact arithmetic: floats would report noise of size 1.
    big = fmpq(10) ** 16
    matrix = np.array([[big, fmpq(1)], [fmpq(1), fmpq(7, 4) / big]], dtype=object)
    with Balls(256) as ar:
        spectrum = midpoint_spectrum(ar.asarray(matrix))
    assert 0.7e-16 < spectrum[0] < 0.8e-16


def test_the_newton_step_solves_the_system():
    with Balls(256) as ar:
        hessian, gradient = ar.asarray(exact([[2, 1], [1, 4]])), ar.asarray(exact([[4, 9]])[0])
        assert midpoint_newton_step(hessian, gradient).tolist() == [-1.0, -2.0]


def test_there_is_no_newton_step_for_a_singular_matrix():
    with Balls(256) as ar:
        hessian, gradient = ar.asarray(exact([[1, 1], [1, 1]])), ar.asarray(exact([[2, 4]])[0])
        assert midpoint_newton_step(hessian, gradient) is None


@given(symmetric_integers(), st.data())
def test_inertia_does_not_change_under_an_invertible_congruence(matrix, data):
    n = len(matrix)
    lower = np.tril(data.draw(arrays(np.int64, (n, n), elements=small_integers)), -1) + np.eye(n)
    changed = lower @ matrix @ lower.T
    assert exact_inertia(exact(changed)) == exact_inertia(exact(matrix))


def closed_forms(rows):
    return np.array([[read_exact(v, "entry") for v in row] for row in rows], dtype=object)


def test_inertia_is_not_claimed_where_a_zero_is_not_recognized():
    assert exact_inertia(closed_forms([["sin(1)^2 + cos(1)^2 - 1"]])) is None


def test_zeros_of_closed_forms_count_as_zero_eigenvalues():
    matrix = closed_forms([["exp(1)", "exp(2)"], ["exp(2)", "exp(3)"]])
    assert exact_inertia(matrix) == Inertia(1, 1, 0)
    assert exact_inertia(closed_forms([["0", "0"], ["0", "log(1/2)"]])) == Inertia(0, 1, 1)


def test_an_elimination_of_closed_forms_that_grows_is_given_up():
    """A singular matrix of rank 2 whose entries are sums of many exponentials."""
    u = [" + ".join(f"exp({i}/{j + 2})" for i in range(1, 6)) for j in range(6)]
    v = [" + ".join(f"exp({i}/{j + 9})" for i in range(1, 6)) for j in range(6)]
    matrix = closed_forms(
        [
            [f"({a})*({b}) + ({c})*({d})" for b, d in zip(u, v, strict=True)]
            for a, c in zip(u, v, strict=True)
        ]
    )
    assert exact_inertia(matrix) is None


def test_eigenvalues_that_are_rounding_noise_at_high_precision_are_shown_as_0():
    with Balls(256) as ar:
        column = ar.asarray(closed_forms([["1/3"], ["1/7"], ["log(2)"]]))
        spectrum = midpoint_spectrum(ar.matmul(column, column.T))
    assert spectrum[:2].tolist() == [0.0, 0.0]
    assert spectrum[2] == pytest.approx(1 / 9 + 1 / 49 + np.log(2) ** 2)


def test_the_spectrum_of_no_parameters_is_empty():
    assert midpoint_spectrum(np.zeros((0, 0), dtype=object)).tolist() == []
