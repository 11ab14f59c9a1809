"""Small networks with every activation."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pgb.models import Network

#: Activations that map rationals to rationals, so that everything about them is decided exactly.
RATIONAL = ("identity", "relu", "leaky-relu", "quadratic", "cubic")
SMOOTH = (
    "identity",
    "tanh",
    "sigmoid",
    "softplus",
    "erf",
    "arctan",
    "exp",
    "quadratic",
    "cubic",
    "gelu",
    "silu",
    "sine",
)
ALL = (*SMOOTH, "relu", "leaky-relu", "elu", "selu")

SLOPES = (["1", "1/100"], ["1", "1/2"], ["101/100", "1"])


def activation_specifications(names: Collection[str] = ALL) -> SearchStrategy[Any]:
    """Activation names, and leaky ReLUs with their slopes as problem files write them."""
    plain = st.sampled_from(sorted(names))
    if "leaky-relu" not in names:
        return plain
    leaky = st.sampled_from(SLOPES).map(lambda slopes: {"name": "leaky-relu", "slopes": slopes})
    return st.one_of(plain, leaky)


def networks(
    *,
    inputs: int | None = None,
    output_dimension: int | None = None,
    activations: Collection[str] = ALL,
    hidden_layers: tuple[int, int] = (0, 2),
    width: int = 2,
    biased: bool | None = None,
) -> SearchStrategy[Network]:
    """Networks with up to two small hidden layers, each with an activation of its own.

    Dimensions left at None are drawn (1 or 2); ``biased=None`` draws whether there are biases.
    """

    @st.composite
    def draw_network(draw: st.DrawFn) -> Network:
        d_x = draw(st.integers(1, 2)) if inputs is None else inputs
        d_y = draw(st.integers(1, 2)) if output_dimension is None else output_dimension
        low, high = hidden_layers
        hidden = draw(st.lists(st.integers(1, width), min_size=low, max_size=high))
        chosen = [draw(activation_specifications(activations)) for _ in hidden]
        bias = draw(st.booleans()) if biased is None else biased
        return Network([d_x, *hidden, d_y], activation=chosen, bias=bias)

    return draw_network()
