"""A network with one hidden unit at a strict local minimum, and its unit split in two."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit.building import exact, polished
from counterexamples.kit.claims import verdict
from counterexamples.kit.members import Question
from pgb.conditions import Verdict
from pgb.models import Network
from pgb.numbers import Float64
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import positive_rationals

Floats = npt.NDArray[np.float64]
ACTIVATIONS = ("arctan", "exp", "sigmoid", "sine", "softplus", "tanh")


def smaller_network(name: str, x: Any, y: Any) -> Objective:
    """One hidden unit without bias, inputs (m,) and targets (m,)."""
    data = Data(exact(x).reshape(-1, 1), exact(y).reshape(-1, 1))
    return Objective(Network([1, 1, 1], name, bias=False), data, "squared", "sum")


def targets_with_a_minimum(name: str, x: Floats, w: float, u: float, sign: int) -> list[fmpq]:
    """Targets for which the smaller network has a strict local minimum near (w, u).

    The residuals are orthogonal to the derivatives of the outputs by w and u, as far as that allows
    a multiple of x^2 h''(w x), so that A is not 0; ``sign`` is the sign of A.
    """
    ar, network = Float64(), Network([1, 1, 1], name, bias=False)
    theta, inputs, h = np.array([w, u]), x.reshape(-1, 1), network.activations[0]
    J = network.jacobian(ar, theta, inputs)[:, 0]
    bending = u * h.second(ar, w * x) * x * x
    r = bending - J @ np.linalg.lstsq(J, bending, rcond=None)[0]
    K = np.linalg.norm(network.curvature(ar, theta, inputs, r[:, None]), 2)
    r = sign * r * np.linalg.svd(J, compute_uv=False)[-1] ** 2 / (4 * K)
    y = network.outputs(ar, theta, inputs)[:, 0] - r
    return [fmpq(round(float(v) * 10**4), 10**4) for v in y]


def split(minimum: Candidate, share: float) -> Floats:
    """The unit with its outgoing weight divided in ``share`` and 1 - ``share``."""
    w, u = (float(v) for v in minimum.point)
    return np.array([w, w, share * u, (1 - share) * u])


def before_and_after(name: str, x: Any, y: Any, start: Any) -> tuple[Question, Objective]:
    """The smaller network's minimum, searched for from ``start``, and the loss with two units."""
    smaller = smaller_network(name, x, y)
    minimum = polished(smaller, start)
    larger = Objective(Network([1, 2, 1], name, bias=False), smaller.data, "squared", "sum")
    return Question(smaller, minimum), larger


class Start(NamedTuple):
    """An activation, inputs, targets, (w, u) near a strict local minimum, the sign of A there."""

    name: str
    x: Floats
    y: list[fmpq]
    near: list[float]
    sign: int


def draw_start(draw: st.DrawFn) -> Start:
    """Six activations, three or four inputs, w and u, the sign of A."""
    name = draw(st.sampled_from(ACTIVATIONS))
    m = draw(st.integers(3, 4))
    x = np.cumsum([float(draw(positive_rationals(1, denominators=(1, 2)))) for _ in range(m)])
    reach, u = (float(draw(positive_rationals(2))) for _ in range(2))
    w = (1 + reach) / x[-1]
    sign = draw(st.sampled_from((-1, 1)))
    return Start(name, x, targets_with_a_minimum(name, x, w, u, sign), [w, u], sign)


SMALLER_MINIMUM = verdict(
    Verdict.LOCAL_MINIMUM,
    text="the smaller network has a strict local minimum there",
    kind="strict",
    question=lambda member: member.notes["before"],
)
