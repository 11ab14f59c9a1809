"""The arithmetics over which every formula is written once: floats, exact numbers, balls."""

from pgb.numbers.balls import Balls
from pgb.numbers.float64 import Float64
from pgb.numbers.interface import Arithmetic, Array

__all__ = ["Arithmetic", "Array", "Balls", "Float64"]
