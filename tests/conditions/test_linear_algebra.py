from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pgb.conditions import certainly_positive_definite, exact_inertia
from pgb.conditions.linear_algebra import midpoint_newton_step, midpoint_spectrum
from pgb.numbers import Balls, Exact


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


def test_the_newton_step_solves_the_system_or_is_absent_for_singular_matrices():
    with Balls(256) as ar:
        hessian, gradient = ar.asarray(exact([[2, 0], [0, 4]])), ar.asarray(exact([[2, 4]])[0])
        assert midpoint_newton_step(hessian, gradient) == [-1.0, -1.0] or np.allclose(
            midpoint_newton_step(hessian, gradient), [-1.0, -1.0]
        )
        assert midpoint_newton_step(ar.asarray(exact([[1, 1], [1, 1]])), gradient) is None
