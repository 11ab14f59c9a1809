"""What every arithmetic offers: formulas are written once against this interface."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

# Entries are float64, or exact numbers or balls in an object array.
Array = npt.NDArray[Any]


class Arithmetic(ABC):
    """Arrays over one kind of number.

    Formulas use ``+ - * /`` between arrays and with *integer* literals, indexing, ``reshape``,
    ``swapaxes``, and the methods below; then they run unchanged in every arithmetic. Floating-point
    literals are not allowed in formulas: they are inexact in all but one arithmetic.

    Stored arrays (data, candidates) are either float64 arrays, each entry meaning exactly that
    double, or object arrays of exact numbers. ``asarray`` brings both into the arithmetic.
    """

    name: ClassVar[str]
    #: True if comparisons below are proofs, False if they are float comparisons.
    rigorous: ClassVar[bool]

    @abstractmethod
    def asarray(self, values: Any) -> Array:
        """Stored values (nested sequences of int, float, exact numbers) as an array."""

    @abstractmethod
    def zeros(self, shape: Sequence[int]) -> Array:
        """An array of exact zeros."""

    @abstractmethod
    def matmul(self, a: Array, b: Array) -> Array:
        """Matrix product over the last two axes, broadcasting the leading ones."""

    def ones(self, shape: Sequence[int]) -> Array:
        """An array of exact ones."""
        return self.zeros(shape) + 1

    def concatenate(self, arrays: Sequence[Array], axis: int = 0) -> Array:
        """Join along an existing axis."""
        return np.concatenate(list(arrays), axis=axis)

    def stack(self, arrays: Sequence[Array], axis: int = 0) -> Array:
        """Join along a new axis."""
        return np.stack(list(arrays), axis=axis)

    def sum(self, x: Array, axis: int | tuple[int, ...] | None = None) -> Array:
        """Sum over the axes given (all of them by default); an array, 0-dimensional if need be."""
        total = np.asarray(np.sum(x, axis=axis))
        return total if x.size else self.zeros(total.shape)  # NumPy's empty sum is the int 0

    @abstractmethod
    def exp(self, x: Array) -> Array: ...

    @abstractmethod
    def log(self, x: Array) -> Array: ...

    @abstractmethod
    def sqrt(self, x: Array) -> Array: ...

    @abstractmethod
    def tanh(self, x: Array) -> Array: ...

    @abstractmethod
    def sigmoid(self, x: Array) -> Array:
        """1 / (1 + exp(-x))."""

    @abstractmethod
    def softplus(self, x: Array) -> Array:
        """log(1 + exp(x))."""

    @abstractmethod
    def erf(self, x: Array) -> Array: ...

    @abstractmethod
    def arctan(self, x: Array) -> Array: ...

    @abstractmethod
    def sin(self, x: Array) -> Array: ...

    @abstractmethod
    def cos(self, x: Array) -> Array: ...

    @abstractmethod
    def pi(self) -> Any:
        """The number pi (a scalar that multiplies arrays)."""

    @abstractmethod
    def where_nonnegative(self, x: Array, above: Array, below: Array) -> Array:
        """``above`` where x >= 0 and ``below`` where x < 0, entry by entry, all of one shape.

        Where an enclosure of x holds both signs, the entry encloses both values. At x = 0 exactly
        this takes ``above``, except in ``Balls`` and ``MidRad``, whose entry encloses both: at a
        kink the caller has to look at ``switches`` first, since a convention is not a derivative.
        """

    def positive_part(self, x: Array) -> Array:
        """max(x, 0)."""
        return self.where_nonnegative(x, x, 0 * x)

    def absolute(self, x: Array) -> Array:
        """|x|."""
        return self.where_nonnegative(x, x, -x)

    @abstractmethod
    def certainly_positive(self, x: Array) -> npt.NDArray[np.bool_]:
        """True where x > 0 is certain. False does not mean x <= 0."""

    @abstractmethod
    def certainly_zero(self, x: Array) -> npt.NDArray[np.bool_]:
        """True where x = 0 is certain. False does not mean x != 0."""

    def certainly_negative(self, x: Array) -> npt.NDArray[np.bool_]:
        """True where x < 0 is certain. False does not mean x >= 0."""
        return self.certainly_positive(-x)

    def certainly_nonzero(self, x: Array) -> npt.NDArray[np.bool_]:
        """True where x != 0 is certain. False does not mean x = 0."""
        return np.asarray(self.certainly_positive(x) | self.certainly_negative(x))

    @abstractmethod
    def to_float(self, x: Array) -> npt.NDArray[np.float64]:
        """The nearest doubles (midpoints for enclosures): for reports, never for decisions."""
