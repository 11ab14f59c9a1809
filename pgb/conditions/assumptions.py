"""Which hypotheses of the elimination theorem a problem satisfies, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.function_space import auxiliary_slice
from pgb.numbers import Exact, Float64, exact_number
from pgb.problems import Infimum, Objective

# Doubles: exp(b) overflows above the first, and underflows to 0 with b below the second.
_OVERFLOW, _UNDERFLOW = 709.78, -745.13


@dataclass(frozen=True)
class Assumption:
    """One hypothesis: ``holds`` True or False, and what follows, in words."""

    name: str
    holds: bool
    words: str


def assumptions(at: Evaluation, infimum: Infimum) -> list[Assumption]:
    """The hypotheses of the elimination theorem for this problem (Kawaguchi and Kaelbling 2020).

    For a problem without elimination these say whether adding the exponential neurons would
    remove every suboptimal local minimum; for an eliminated one whether it did.
    """
    objective = at.objective
    result = [_convexity(objective), _differentiability(objective), _attained(infimum)]
    result += _regularization(objective)
    elimination = objective.elimination
    if elimination is not None:
        result += _penalty(objective)
        if elimination.kind == "exponential":
            result += _float_range(at)
    return result


def _convexity(objective: Objective) -> Assumption:
    convex = objective.loss.convex
    words = (
        f"the {objective.loss.name} loss is convex in the model output"
        if convex
        else "the loss is not convex: minima with zero group sums need not be optimal"
    )
    return Assumption("convex loss", convex, words)


def _differentiability(objective: Objective) -> Assumption:
    smoothness = objective.loss.smoothness
    smooth = smoothness is None or smoothness >= 1
    words = (
        f"the {objective.loss.name} loss is differentiable on all of the output space"
        if smooth
        else f"the {objective.loss.name} loss is not differentiable: optimality can fail"
    )
    return Assumption("differentiable loss", smooth, words)


def _attained(infimum: Infimum) -> Assumption:
    if infimum.attained:
        words = f"some function attains the function-space infimum {infimum.value:.6g}"
    else:
        words = (
            f"no function attains the function-space infimum {infimum.value:.6g} on these data "
            "(a group of equal inputs does not carry every class), so with the exponential "
            "neurons added there is no local minimum at all and the elimination theorem is vacuous"
        )
    return Assumption("attained function-space infimum", infimum.attained, words)


def _regularization(objective: Objective) -> list[Assumption]:
    decayed = _decayed_names(objective)
    elimination = objective.elimination
    auxiliary = () if elimination is None else elimination.names
    result = []
    own = [name for name in decayed if name not in auxiliary]
    if own:
        words = (
            f"weight decay acts on {', '.join(own)}: a local minimum of the eliminated problem "
            "then also needs a zero decay gradient, so in general none is left"
        )
        result.append(Assumption("no regularizer on the original parameters", False, words))
    drifted = [name for name in decayed if name in auxiliary[1:]]
    if elimination is not None and elimination.kind == "exponential" and drifted:
        words = (
            f"weight decay also acts on the auxiliary {', '.join(drifted)}: stationary points "
            "with suboptimal parameters are possible again"
        )
        result.append(Assumption("no decay on the auxiliary biases and inputs", False, words))
    return result


def _decayed_names(objective: Objective) -> list[str]:
    ar = Exact()
    active = ~ar.certainly_zero(objective.regularizer.quadratic)
    return [name for name, place in objective.slices.items() if np.any(active[place])]


def _penalty(objective: Objective) -> list[Assumption]:
    elimination = objective.elimination
    assert elimination is not None
    result = []
    if bool(exact_number(elimination.lam) == 0):
        words = "lambda = 0: nothing forces a = 0, and stationary points with a != 0 are possible"
        result.append(Assumption("positive penalty", False, words))
    if elimination.penalty != "squared":
        words = (
            "the penalty lambda |a| is not squared: local minima of the original problem return "
            "wherever every |sum_i r_ik exp(w_k.x_i + b_k)| is below lambda"
        )
        result.append(Assumption("squared penalty", False, words))
    return result


def _float_range(at: Evaluation) -> list[Assumption]:
    biases = Float64().asarray(at.candidate.point[auxiliary_slice(at.objective, 1)])
    result = []
    if np.any(biases > _OVERFLOW):
        words = "exp(b) overflows in double precision; exact and ball arithmetic are not affected"
        result.append(Assumption("exponential in float range", False, words))
    if np.any(biases < _UNDERFLOW):
        words = (
            "exp(b) underflows to 0 in double precision, so a zero float gradient means nothing; "
            "exact and ball arithmetic are not affected"
        )
        result.append(Assumption("exponential in float range", False, words))
    return result
