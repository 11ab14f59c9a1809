"""What is true of the local minima of a single neuron with one weight, and what is not."""

import pytest
from hypothesis import strategies as st

from pgb import Data, Expression, Objective
from pgb.search import CriticalPoint
from pgb.search.claims import every_local_minimum_is_global


@st.composite
def sigmoid_neurons(draw: st.DrawFn, samples: int) -> Objective:
    """A neuron sigmoid(w x) and the squared loss, on so many samples."""
    inputs = draw(st.lists(st.integers(1, 20), min_size=samples, max_size=samples, unique=True))
    target = st.sampled_from(["1/2", "3/4", "7/8"])
    targets = draw(st.lists(target, min_size=samples, max_size=samples))
    model = Expression(["x"], ["w"], ["sigmoid(w*x)"])
    return Objective(model, Data([[x] for x in inputs], targets), "squared", reduction="sum")


@pytest.mark.certify(examples=25, starts=100)
def test_with_one_sample_every_local_minimum_is_global(certify):
    certify(sigmoid_neurons(samples=1), every_local_minimum_is_global)


@pytest.mark.certify(examples=25, starts=100)
def test_the_weight_at_a_local_minimum_is_finite_and_isolated(certify):
    def is_strict(minimum: CriticalPoint) -> bool:
        """Every local minimum is strict."""
        return minimum.kind == "strict"

    certify(sigmoid_neurons(samples=2), is_strict)


@pytest.mark.certify(examples=100, starts=100)
def test_with_two_samples_every_local_minimum_is_global(certify):
    """False on purpose: a saturated sample can hold a bad local minimum."""
    certify(sigmoid_neurons(samples=2), every_local_minimum_is_global)
