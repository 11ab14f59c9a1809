"""The arithmetics over which every formula is written once: floats, exact numbers, enclosures."""

from pgb.numbers.balls import Balls
from pgb.numbers.exact import Exact
from pgb.numbers.float64 import Float64, euclidean_norm
from pgb.numbers.interface import Arithmetic, Array
from pgb.numbers.intervals import Intervals
from pgb.numbers.jets import Jet
from pgb.numbers.midrad import MidRad
from pgb.numbers.patterns import Decision, Pattern
from pgb.numbers.series import PowerSeries, Series
from pgb.numbers.symbolic import ExactNumber, Symbolic, exact_number, is_exact_zero, sign

__all__ = [
    "Arithmetic",
    "Array",
    "Balls",
    "Decision",
    "Exact",
    "ExactNumber",
    "Float64",
    "Intervals",
    "Jet",
    "MidRad",
    "Pattern",
    "PowerSeries",
    "Series",
    "Symbolic",
    "euclidean_norm",
    "exact_number",
    "is_exact_zero",
    "sign",
]
