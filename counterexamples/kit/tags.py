"""The words by which examples are found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from pgb.models.activations import ACTIVATIONS
from pgb.problems.losses import LOSSES

#: What an example is an example of.
Kind = Literal[
    "failure mode",  # of the elimination of bad local minima
    "bad minimum",  # a local minimum that is not global
    "saddle",  # stationary, passes a test for minima, and is none
    "no minimum",  # nothing to find: escape to infinity, no stationary point
    "trap",  # software or a necessary condition misleads
]

#: What happens. Take the nearest; add one only if nothing fits.
Phenomenon = Literal[
    "separate valleys",  # each sample has its own valley
    "saturation",
    "dead units",
    "kinks",
    "linear region",
    "constant units",
    "duplicated units",
    "bottleneck",
    "many minima",
    "vanishing moments",
    "symmetric stationary point",
    "local maximum",
    "escape to infinity",
    "no stationary point",
    "infimum not attained",
    "repeated inputs",
    "good minima lost",
    "dropped assumption",
    "regularization",
    "rounding",
    "silent test",
    "gradient flow",
]

#: A name, several, or "any".
Words = str | tuple[str, ...]
#: Layers of weights: a number, several, or "any".
Depth = int | tuple[int, ...] | Literal["any"]

#: The words of the tags that may be "any".
VOCABULARY = {
    "activation": ("any", "none", *ACTIVATIONS),
    "loss": ("any", *LOSSES),
    "depth": ("any", *map(str, range(10))),
}


def listed(value: Words | Depth) -> list[str]:
    """One word or several as a list of strings."""
    return [str(v) for v in value] if isinstance(value, tuple) else [str(value)]


def check_tags(
    name: str, kind: str, phenomenon: str, activation: Words, loss: Words, depth: Depth
) -> None:
    """Refuse words outside the vocabulary.

    Raises:
        ValueError: one line for each.
    """
    wrong = [
        *_unknown("kind", [kind], get_args(Kind)),
        *_unknown("phenomenon", [phenomenon], get_args(Phenomenon)),
        *_unknown("activation", listed(activation), VOCABULARY["activation"]),
        *_unknown("loss", listed(loss), VOCABULARY["loss"]),
        *_unknown("depth", listed(depth), VOCABULARY["depth"]),
    ]
    if wrong:
        raise ValueError("\n".join(f"{name}: {line}" for line in wrong))


def _unknown(field: str, words: list[str], known: Iterable[str]) -> list[str]:
    known = list(known)
    return [
        f"{field}: found {word!r}, expected one of {', '.join(known)}"
        for word in words
        if word not in known
    ]
