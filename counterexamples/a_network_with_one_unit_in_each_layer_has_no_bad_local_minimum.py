"""Two scalar weights in a row: the outputs trace a surface that bends away from the targets.

The output is f(w, u; x) at three samples, so that the outputs move on a surface in R^3. At any
(w, u) the vectors df/dw and df/du have a common normal, their cross product. If the residuals r_i,
times the weights v_i of the samples, are a multiple of it, the gradient of the squared loss is
exactly 0: targets y_i = f_i - r_i for it exist at every (w, u), and in closed form. While the
residuals are shorter than the radii of curvature of the surface the minimum is strict.

It is bad where another part of the surface passes closer to the targets. In each of the four chains
here this part lies at a large |w|, where the unit is saturated, or fits the largest input alone.
Their inputs are given up to a factor; everything else may vary by 5 percent in either
direction.
"""

from __future__ import annotations

from typing import NamedTuple

from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Curves,
    Example,
    Member,
    Trace,
    claims,
    exact,
    sources,
    with_best_last,
)
from pgb.models import Expression
from pgb.numbers import Array, Exact
from pgb.problems import Data, Objective
from pgb.strategies import rationals


class Chain(NamedTuple):
    """A formula, three inputs, (w, u), the first residual, and where the loss is lower."""

    formula: str
    inputs: tuple[str, ...]
    here: tuple[str, str]
    residual: str
    better: tuple[str, str]


CHAINS = (
    Chain("u*exp(w*x)", ("3", "-2", "-1"), ("-7/10", "-3/8"), "-4", ("3", "1/2025")),
    Chain("u*softplus(w*x)", ("3", "-2", "-1"), ("-9/7", "-3/5"), "-4", ("17", "4/51")),
    Chain("u*softplus(softplus(w*x))", ("-4", "-1", "0"), ("2/3", "2/3"), "7/2", ("-31", "-1/60")),
    Chain("u*tanh(w*x)", ("1", "5", "10"), ("2/13", "15/28"), "4", ("15", "-2/3")),
)
MODELS = {c.formula: Expression(["x"], ["w", "u"], [c.formula]) for c in CHAINS}
#: Factors for w, u, the first residual, the weights of the samples.
SAME = exact([1] * 6)


def build(chain: Chain, factors: Array, c: fmpq, k: fmpq) -> Member:
    """``c`` scales the inputs, ``k`` the outputs and targets."""
    ar, model = Exact(), MODELS[chain.formula]
    scale = exact([1 / c, k])
    theta, better = exact(chain.here) * factors[:2] * scale, exact(chain.better) * scale
    inputs, v = exact(chain.inputs).reshape(-1, 1) * c, factors[3:]
    dw, du = model.jacobian(ar, theta, inputs)[:, 0].T
    normal = [dw[i - 2] * du[i - 1] - dw[i - 1] * du[i - 2] for i in range(3)]
    first = exact([chain.residual])[0] * factors[2] * k
    residuals = first * exact(normal) / v * (v[0] / normal[0])
    targets = model.outputs(ar, theta, inputs) - residuals[:, None]
    return Member(Objective(model, Data(inputs, targets, v), "squared", "sum"), theta, better)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """The chain; w, u, the residuals and weights within 5 percent; two scales."""
    percents = [draw(st.integers(-5, 5)) for _ in SAME]
    c, k = (draw(rationals(zero=False)) for _ in range(2))
    factors = exact([fmpq(100 + percent, 100) for percent in percents])
    return build(draw(st.sampled_from(CHAINS)), factors, c, k)


def canonical() -> Member:
    """The chain u exp(w x) at the inputs 3, -2, -1: a bad minimum at w = -log 2, u = -3/8."""
    chain = CHAINS[0]._replace(here=("-log(2)", "-3/8"))
    return build(chain, SAME, fmpq(1), fmpq(1))


EXAMPLE = Example(
    __name__,
    title="A network with one unit in each layer has no bad local minimum.",
    statement=(
        "For the chain u h(w x) of two scalar weights, with h one of exp, softplus, tanh and "
        "softplus applied twice, and all w, u near certain values, there are three samples such "
        "that the squared loss has a strict bad local minimum at (w, u) exactly."
    ),
    source=f"own instance of a phenomenon from {sources.DING}",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation=("exp", "softplus", "tanh"),
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    cost=0.06,
    picture=Curves((Trace("w with its best u", with_best_last),), extent=(-2, 2), t="w"),
)
