"""What the best function on the data attains, and the complete decision for eliminated problems."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pgb.conditions.evaluation import PRECISIONS, Evaluation
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.errors import UndecidedError
from pgb.numbers import Balls, Exact, Float64
from pgb.problems import Infimum, Objective


@dataclass(frozen=True)
class FunctionSpace:
    """The function-space infimum F* = sum over groups of equal inputs of the least group loss.

    theta is function-optimal if its data part equals F*; for a convex differentiable loss that
    holds exactly if in every group of equal inputs the output gradients sum to 0.
    """

    evaluation: Evaluation

    @cached_property
    def infimum(self) -> Infimum:
        """F* in floats, and whether some function attains it."""
        return self.evaluation.objective.infimum()

    @cached_property
    def excess(self) -> float:
        """Data part minus F* in floats: an upper bound of how much any model could still gain."""
        ar = Float64()
        value = float(np.asarray(self.evaluation.objective.data_value(ar, self.evaluation.floats)))
        return value - self.infimum.value

    @cached_property
    def nonzero_group(self) -> tuple[int, int, float] | None:
        """A (group, output, sum) whose summed output gradient is certainly not 0.

        On a ball it is not 0 on the whole ball. None if none was found.
        """
        for precision in self.evaluation.precisions:
            sums = self.evaluation.group_sums(precision)
            with Balls(precision) as ar:
                nonzero, floats = ar.certainly_nonzero(sums), ar.to_float(sums)
            if np.any(nonzero):
                flat = int(np.argmax(np.where(nonzero, np.abs(floats), -1.0)))
                group, output = np.unravel_index(flat, floats.shape)
                return int(group), int(output), float(floats[group, output])
            if self._sums_vanish:
                return None
        return None

    @cached_property
    def optimal(self) -> bool | None:
        """Whether an exact candidate is function-optimal, exactly; None if undecided or a ball.

        Meaningful for convex differentiable losses only, and None for others.
        """
        if not self.evaluation.exact or not _convex_and_smooth(self.evaluation):
            return None
        if self._sums_vanish:
            return True
        return False if self.nonzero_group is not None else None

    @cached_property
    def _sums_vanish(self) -> bool:
        if not self.evaluation.exact:
            return False
        ar = Exact()
        try:
            theta = ar.asarray(self.evaluation.candidate.point)
            return bool(np.all(ar.certainly_zero(self.evaluation.objective.group_sums(ar, theta))))
        except UndecidedError:
            return False

    def global_minimum(self) -> Finding | None:
        """An exact candidate that is function-optimal and minimizes the regularizer is global.

        With a regularizer its gradient must vanish too: it is convex in theta, so then both parts
        are least. A function-optimal point with a regularizer gradient is not claimed.
        """
        if self.evaluation.objective.has_factor:
            return self._least_possible_value()
        if self.optimal is not True or self.regularizer_is_stationary() is not True:
            return None
        reason = (
            "in every group of equal inputs the output gradients sum to exactly 0, so no function "
            "has a lower loss on these data"
        )
        if not self.evaluation.objective.regularizer.is_zero:
            reason += ", and the gradient of the regularizer is exactly 0"
        return _optimal(reason)

    def _least_possible_value(self) -> Finding | None:
        """Without additional units every part of the objective is >= 0: the value 0 is least."""
        at, ar = self.evaluation, Exact()
        if not at.exact:
            return None
        try:
            value = at.objective.value(ar, ar.asarray(at.candidate.point))
            if not bool(ar.certainly_zero(value)):
                return None
        except UndecidedError:
            return None
        reason = "the value is exactly 0, and no part of the objective can be negative"
        return _optimal(reason)

    def regularizer_is_stationary(self) -> bool | None:
        """Whether the gradient of the regularizer is exactly 0; None if undecided or at a kink."""
        regularizer = self.evaluation.objective.regularizer
        if regularizer.is_zero:
            return True
        ar = Exact()
        theta = ar.asarray(self.evaluation.candidate.point)
        try:
            gradient = regularizer.gradient(ar, theta)
            if np.all(ar.certainly_zero(gradient)):
                return True
            return False if np.any(self._pulls()) else None
        except UndecidedError:
            return None

    def _pulls(self) -> npt.NDArray[np.bool_]:
        """Where (p,) the regularizer's derivative exists and is certainly not 0, exactly."""
        ar, regularizer = Exact(), self.evaluation.objective.regularizer
        theta = ar.asarray(self.evaluation.candidate.point)
        kinked = ~ar.certainly_zero(regularizer.absolute) & ~ar.certainly_nonzero(theta)
        return ar.certainly_nonzero(regularizer.gradient(ar, theta)) & ~kinked

    def elimination_refutations(self) -> list[Finding]:
        """Proofs that an intact eliminated problem has no local minimum at the candidate.

        At every local minimum of the eliminated problem a = 0, every group of output gradients
        sums to 0, and the gradient of a regularizer on the original parameters is 0 (Kawaguchi
        and Kaelbling 2020; the last part for models that are locally Lipschitz). On a ball each
        is refuted only if it fails on the whole ball.
        """
        objective = self.evaluation.objective
        if objective.elimination is None or not objective.elimination.is_intact(objective):
            return []
        if not _convex_and_smooth(self.evaluation):
            return []
        found = [self._nonzero_auxiliary_weight(), self._nonzero_group_finding()]
        pulled = self.evaluation.exact and self.regularizer_is_stationary() is False
        if pulled and self.optimal and self._model_is_lipschitz():
            reason = (
                "the data part is the least of any function, so at a local minimum the gradient "
                "of the regularizer would be 0, and it is not"
            )
            verdict = Verdict.NOT_A_LOCAL_MINIMUM
            witness = {"method": "regularizer-gradient", "index": int(np.argmax(self._pulls()))}
            evidence = Evidence.REGULARIZER_GRADIENT
            found.append(Finding(verdict, True, evidence, reason, {}, witness))
        return [f for f in found if f is not None]

    def _model_is_lipschitz(self) -> bool:
        """Whether every derivative of the outputs is bounded near the point, on all sides of kinks.

        A square root at 0 is not: its outputs may grow like the root of a step, and then the data
        part can outweigh a gradient of the regularizer.
        """
        at = self.evaluation
        with Balls(128) as ar:
            jacobian = at.objective.jacobian(ar, at.enclosure(ar))
            return bool(np.all(np.isfinite(ar.to_float(jacobian))))

    def _nonzero_auxiliary_weight(self) -> Finding | None:
        at = self.evaluation
        slot = auxiliary_slice(at.objective)
        with Balls(128) as ar:
            weights = at.enclosure(ar)[slot]
            nonzero, floats = ar.certainly_nonzero(weights), ar.to_float(weights)
        if not np.any(nonzero):
            return None
        index = int(np.flatnonzero(nonzero)[0])
        reason = (
            f"the auxiliary weight a[{index}] = {floats[index]:.6g} is not 0, and "
            "a dQ/da - dQ/db = 2 lambda a^2 forces a = 0 at every stationary point"
        )
        details = {"output": index, "a": float(floats[index])}
        witness = {"method": "auxiliary-weight", "output": index}
        verdict, evidence = Verdict.NOT_A_LOCAL_MINIMUM, Evidence.AUXILIARY_WEIGHT
        return Finding(verdict, True, evidence, reason, details, witness)

    def _nonzero_group_finding(self) -> Finding | None:
        if self.nonzero_group is None:
            return None
        group, output, total = self.nonzero_group
        samples = [int(i) for i in self.evaluation.objective.data.groups[group]]
        reason = (
            f"the output gradients of the equal inputs at samples {_listed(samples)} sum to "
            f"{total:.3g}, not 0, as they must at a local minimum of the eliminated problem"
        )
        details = {"group": group, "output": output, "sum": total}
        precision = PRECISIONS[-1] if self.evaluation.exact else PRECISIONS[0]
        witness = {"method": "group-sum", "precision": precision}
        witness |= {"group": samples, "output": output}
        verdict, evidence = Verdict.NOT_A_LOCAL_MINIMUM, Evidence.GROUP_SUM
        return Finding(verdict, True, evidence, reason, details, witness)


def _optimal(reason: str) -> Finding:
    verdict, evidence = Verdict.LOCAL_MINIMUM, Evidence.FUNCTION_OPTIMAL
    details, witness = {"global": True}, {"method": "function-optimal"}
    return Finding(verdict, True, evidence, reason, details, witness)


def auxiliary_slice(objective: Objective, position: int = 0) -> slice:
    """Where a, b or W (positions 0, 1, 2) of an eliminated problem lie in its vector."""
    elimination = objective.elimination
    assert elimination is not None
    return objective.slices[elimination.names[position]]


def _convex_and_smooth(at: Evaluation) -> bool:
    loss = at.objective.loss
    return loss.convex and (loss.smoothness is None or loss.smoothness >= 1)


def _listed(samples: list[int]) -> str:
    shown = ", ".join(str(i) for i in samples[:4])
    return shown + (", ..." if len(samples) > 4 else "")
