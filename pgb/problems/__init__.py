"""Problems: data, losses, regularizers, the objective made of them, and candidate points."""

from pgb.problems.candidate import Candidate
from pgb.problems.data import Data
from pgb.problems.elimination import Elimination
from pgb.problems.infimum import Infimum
from pgb.problems.losses import LOSSES, Loss, loss
from pgb.problems.objective import Objective
from pgb.problems.regularizer import Regularizer
from pgb.problems.samples import Samples

__all__ = [
    "LOSSES",
    "Candidate",
    "Data",
    "Elimination",
    "Infimum",
    "Loss",
    "Objective",
    "Regularizer",
    "Samples",
    "loss",
]
