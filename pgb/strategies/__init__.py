"""Hypothesis strategies for data, losses, networks, objectives, parameter vectors and candidates.

Entries are small rationals by default, so that exact arithmetic stays fast; data sets hold repeated
inputs, with equal and with conflicting targets, often. ``hypothesis.strategies.from_type`` knows
``Data``, ``Loss``, ``Network``, ``Objective`` and ``Candidate``.

Problems:
    objectives: objectives of small networks
    eliminated_objectives: the same with one exponential neuron added for each output
    networks: small networks
    data_sets: data sets of given dimensions
    losses: losses by name, with options

Points:
    candidates: candidates for a given objective
    any_candidates: candidates for objectives that are drawn too
    parameter_vectors: flat parameter vectors of a given size

Their parts:
    activation_specifications: names of activations, and leaky-relu with slopes
    loss_specifications: names of losses, and tables with options
    rationals, positive_rationals: small exact numbers
    exact_arrays, float_arrays: arrays of exact numbers and of floats

``help(pgb.strategies.objectives)`` and so on tell of the arguments.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgb.strategies.arrays import exact_arrays, float_arrays, positive_rationals, rationals
    from pgb.strategies.data import data_sets
    from pgb.strategies.loss_functions import loss_specifications, losses
    from pgb.strategies.models import activation_specifications, networks
    from pgb.strategies.points import any_candidates, candidates, parameter_vectors
    from pgb.strategies.problems import eliminated_objectives, objectives

__all__ = [
    "activation_specifications",
    "any_candidates",
    "candidates",
    "data_sets",
    "eliminated_objectives",
    "exact_arrays",
    "float_arrays",
    "loss_specifications",
    "losses",
    "networks",
    "objectives",
    "parameter_vectors",
    "positive_rationals",
    "rationals",
]

_HOMES = {
    "activation_specifications": "models",
    "any_candidates": "points",
    "candidates": "points",
    "data_sets": "data",
    "eliminated_objectives": "problems",
    "exact_arrays": "arrays",
    "float_arrays": "arrays",
    "loss_specifications": "loss_functions",
    "losses": "loss_functions",
    "networks": "models",
    "objectives": "problems",
    "parameter_vectors": "points",
    "positive_rationals": "arrays",
    "rationals": "arrays",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pgb.strategies' has no attribute {name!r}")
    return getattr(import_module(f"pgb.strategies.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names and the module's own."""
    return sorted(set(__all__) | set(globals()))
