"""Every loss by name, with its options drawn."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pgb.problems import Loss, loss
from pgb.strategies.arrays import positive_rationals

#: Losses that satisfy the hypotheses of the elimination theorem: convex and differentiable.
ADMISSIBLE = (
    "squared",
    "half-squared",
    "logistic",
    "cross-entropy",
    "polynomial-hinge",
    "huber",
    "log-cosh",
    "exponential",
)
#: Losses with a kink, accepted as declared violations.
KINKED = ("hinge", "absolute")


def loss_specifications(
    names: Collection[str] = ADMISSIBLE,
) -> SearchStrategy[dict[str, Any]]:
    """Specifications ``{"name": ..., option: ...}`` as in problem files, for the names given."""
    return st.one_of([_options(name) for name in names])


def losses(names: Collection[str] = ADMISSIBLE) -> SearchStrategy[Loss]:
    """Losses of the given names; by default all that are convex and differentiable."""
    return loss_specifications(names).map(loss)


def _options(name: str) -> SearchStrategy[dict[str, Any]]:
    options: dict[str, SearchStrategy[Any]] = {"name": st.just(name)}
    if name == "polynomial-hinge":
        options["degree"] = st.integers(2, 4)
    elif name == "huber":
        options["delta"] = positive_rationals(2)
    elif name == "cross-entropy":
        smoothing = st.sampled_from(["1/10", "1/4"])
        return st.one_of(
            st.fixed_dictionaries(options),
            st.fixed_dictionaries({**options, "label_smoothing": smoothing}),
        )
    return st.fixed_dictionaries(options)
