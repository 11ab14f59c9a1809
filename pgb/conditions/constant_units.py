"""Proof of a degenerate local minimum at which hidden units are constant.

Take a network with one hidden layer, biases and identity output, an exact stationary point, and a
set of hidden units whose incoming weights are 0. Let M be the points where these units' incoming
weights w keep w.x_i the same for all samples, their biases and outgoing weights are arbitrary, and
the output biases compensate. The outputs, hence the output gradients r_i, are the same on all of M.
If sum_i r_ik = 0 and sum_i r_ik x_i = 0 for every output k, every partial derivative of the data
part vanishes on M: those for the units' incoming parameters and outgoing weights are multiples of
these sums, and the others are as at the point. So if the Hessian is positive definite across M, the
point is a local minimum (Morse-Bott). Minima of this kind: Yun, Sra and Jadbabaie, *Small
nonlinearities in activation functions create bad local minima in neural networks*, ICLR 2019.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq, fmpq_mat

from pgb.conditions.complement import positive_complement, rational_rows
from pgb.conditions.evaluation import Evaluation
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.errors import UndecidedError
from pgb.models import Network
from pgb.numbers import Array, Exact


def constant_unit_minimum(at: Evaluation) -> Finding | None:
    """A proved local minimum with constant hidden units, flat along their family; else None."""
    network = at.objective.model
    if not at.exact or not isinstance(network, Network) or not _is_suited(network):
        return None
    if at.exact_gradient_is_zero is not True or at.switch_order in (1, 2):
        return None
    units = _constant_units(at, network)
    inputs = _rational_inputs(at)
    if not units or inputs is None or _is_penalized(at, network, units):
        return None
    if not _moments_vanish(at, inputs):
        return None
    free_moves = network.layers[0] - _affine_rank(inputs)
    dimension = len(units) * (free_moves + 1 + network.layers[2])
    found = positive_complement(at, dimension)
    if found is None:
        return None
    complement, precision = found
    reason = (
        f"{len(units)} hidden unit(s) are constant, the gradient is exactly 0 on the "
        f"{dimension}-dimensional branch of their free moves, and the Hessian across it is "
        "positive definite"
    )
    witness = {
        "method": "constant-units",
        "precision": precision,
        "units": units,
        "complement": rational_rows(complement),
    }
    details = {"units": units, "dimension": dimension, "precision": precision}
    return Finding(Verdict.LOCAL_MINIMUM, True, Evidence.BRANCH, reason, details, witness)


def _is_suited(network: Network) -> bool:
    one_hidden = len(network.layers) == 3 and network.bias
    return one_hidden and network.output_activation.name == "identity"


def _constant_units(at: Evaluation, network: Network) -> list[int]:
    weights = at.candidate.point[network.slices["W1"]].reshape(network.layers[1], -1)
    return [u for u, row in enumerate(weights) if all(bool(v == 0) for v in row)]


def _rational_inputs(at: Evaluation) -> Array | None:
    inputs = Exact().asarray(at.objective.data.inputs)
    return inputs if all(isinstance(v, fmpq) for v in inputs.flat) else None


def _is_penalized(at: Evaluation, network: Network, units: list[int]) -> bool:
    index = {name: network.index(name) for name in network.slices}
    moved = [*index["W1"][units].ravel(), *index["b1"][units].ravel()]
    moved += [*index["W2"][:, units].ravel(), *index["b2"].ravel()]
    return bool(np.any(at.objective.regularizer.active[np.array(moved)]))


def _moments_vanish(at: Evaluation, inputs: Array) -> bool:
    ar = Exact()
    try:
        r = at.objective.output_gradients(ar, ar.asarray(at.candidate.point))
        moments = [ar.sum(r, axis=0), ar.matmul(r.T, inputs)]
        return all(bool(np.all(ar.certainly_zero(m))) for m in moments)
    except UndecidedError:
        return False


def _affine_rank(inputs: Array) -> int:
    """Rank of the inputs after subtracting the first one, exactly."""
    return int(fmpq_mat((inputs - inputs[:1]).tolist()).rank())
