"""What to draw of an example's canonical member; ``drawing`` draws it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from counterexamples.kit.members import Member
from pgb.numbers import Arithmetic, Array
from pgb.problems import Objective

#: A curve in parameter space: the flat vector (p,) at time t >= 0, in the arithmetic.
Curve = Callable[[Member, Arithmetic, Any], Array]


@dataclass(frozen=True)
class Line:
    """The loss along the straight line from the candidate (t = 0) to another point (t = 1).

    Attributes:
        to: the other point, flat (p,) or by parameter name; by default the member's better point.
        extent: the range of t.
        log: whether the axis of the loss is logarithmic.
    """

    to: Callable[[Member], Any] | None = None
    extent: tuple[float, float] = (-0.5, 1.5)
    log: bool = False


@dataclass(frozen=True)
class Surface:
    """The loss in two parameters, the others fixed at the candidate.

    Attributes:
        x, y: indices of the two parameters in the flat vector.
        x_range, y_range: their ranges.
        log: whether the levels are logarithmic.
    """

    x: int = 0
    y: int = 1
    x_range: tuple[float, float] = (-3.0, 3.0)
    y_range: tuple[float, float] = (-3.0, 3.0)
    log: bool = True


@dataclass(frozen=True)
class Path:
    """The loss and the norm of the parameters along a curve that leads to infinity.

    Attributes:
        curve: the flat vector at time t.
        until: the last time.
        log: whether the axis of the loss is logarithmic.
    """

    curve: Curve
    until: float = 10.0
    log: bool = True


@dataclass(frozen=True)
class Trace:
    """One of the curves of ``Curves``.

    Attributes:
        label: what the legend calls it.
        curve: the flat vector at time t.
        objective: whose loss is drawn; by default the member's.
    """

    label: str
    curve: Curve
    objective: Callable[[Member], Objective] | None = None


@dataclass(frozen=True)
class Curves:
    """The loss along several curves, and that of the candidate (under the member's objective).

    Attributes:
        traces: the curves.
        extent: the range of t.
        t: what t is, for the axis.
        level: what the legend calls the horizontal line at the candidate's loss.
        change: whether the candidate's loss is subtracted.
        log: whether the axis of the loss is logarithmic.
    """

    traces: tuple[Trace, ...]
    extent: tuple[float, float] = (-1.0, 1.0)
    t: str = "t"
    level: str = "candidate"
    change: bool = False
    log: bool = False


def with_best_last(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The first of two parameters is t; the other one has the least squared loss for it.

    The output is that parameter times a function of the first.
    """
    data, t = member.objective.data, ar.asarray(t)
    h = member.objective.outputs(ar, ar.stack([t, ar.asarray(1)]))[..., 0]
    y, v = ar.asarray(data.targets)[:, 0], ar.asarray(data.weights)
    return ar.stack([t, ar.sum(v * h * y) / ar.sum(v * h * h)])


Picture = Line | Surface | Path | Curves
