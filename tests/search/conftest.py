"""Problems that are searched in a second, with more than one minimum."""

from __future__ import annotations

import numpy as np
import pytest

from pgb import Data, Network, Objective

INPUTS = np.array([[-2.0], [-1.0], [-0.5], [0.5], [1.0], [2.0]])
TARGETS = np.array([[0.4], [-0.9], [0.3], [0.8], [-0.2], [0.7]])


@pytest.fixture(scope="session")
def decayed() -> Objective:
    """A 1-3-1 tanh network with weight decay: two strict minima up to symmetry, one of them bad."""
    network = Network([1, 3, 1], activation="tanh")
    return Objective(network, Data(INPUTS, TARGETS), weight_decay=0.001)
