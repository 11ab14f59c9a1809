"""What an example file is made of: its model, the usual claims, builders and pictures.

An example file needs ``from counterexamples.kit import ...`` and ``pgb`` only.
docs/add-an-example.md shows one.
"""

from counterexamples.kit import claims, sources
from counterexamples.kit.building import (
    augmented,
    constant_model,
    divided_difference_weights,
    exact,
    left_null_space,
    polished,
)
from counterexamples.kit.claim import Basis, Claim, Decision, Outcome
from counterexamples.kit.decisions import (
    all_nonzero,
    all_positive,
    all_zero,
    first_failure,
    proved_verdict,
    some_nonzero,
)
from counterexamples.kit.example import Correction, Example, Part
from counterexamples.kit.members import Member, Question
from counterexamples.kit.pictures import Curves, Line, Path, Surface, Trace, with_best_last

__all__ = [
    "Basis",
    "Claim",
    "Correction",
    "Curves",
    "Decision",
    "Example",
    "Line",
    "Member",
    "Outcome",
    "Part",
    "Path",
    "Question",
    "Surface",
    "Trace",
    "all_nonzero",
    "all_positive",
    "all_zero",
    "augmented",
    "claims",
    "constant_model",
    "divided_difference_weights",
    "exact",
    "first_failure",
    "left_null_space",
    "polished",
    "proved_verdict",
    "some_nonzero",
    "sources",
    "with_best_last",
]
