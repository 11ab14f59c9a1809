"""Hypothesis strategies for data, losses, networks, objectives, parameter vectors and candidates.

Entries are small rationals by default, so that exact arithmetic stays fast; data sets hold repeated
inputs, with equal and with conflicting targets, often. ``hypothesis.strategies.from_type`` knows
``Data``, ``Loss``, ``Network``, ``Objective`` and ``Candidate``.
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
