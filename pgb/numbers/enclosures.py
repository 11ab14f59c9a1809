"""What arrays of enclosures by two doubles share: shapes, views, operators, and what mixes in.

Rounding is to nearest with gradual underflow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pgb.numbers.interface import Arithmetic

Floats = npt.NDArray[np.float64]
# An array of enclosures; Any, since the interface speaks of NumPy arrays and mypy would refuse it.
Enclosure = Any

#: The relative error of one rounded operation.
U = 2.0**-53
#: Covers what underflow loses in one entry: a few times 2^-1075.
TINY = 1e-300

quiet = np.errstate(all="ignore")  # overflows show as bounds that are not finite


class EnclosureArray(ABC):
    """An array of enclosures with the operations that formulas use.

    Entry by entry ``first`` and ``second`` hold the two doubles: float64 arrays of one shape that
    are never written to, and one and the same object if that is known of every entry. Python
    integers mix in exactly; floats do not, since a literal such as 0.1 is not the number it looks
    like.
    """

    __slots__ = ("first", "second")
    __array_ufunc__ = None  # NumPy leaves mixed operations to the methods below

    first: Floats
    second: Floats

    def __init__(self, first: Any, second: Any) -> None:
        self.first = np.asarray(first, dtype=np.float64)
        self.second = self.first if second is first else np.asarray(second, dtype=np.float64)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("enclosures do not convert to NumPy arrays: use `to_float`")

    def __bool__(self) -> bool:
        raise TypeError("the truth value of an enclosure is not defined: ask what is certain")

    def __eq__(self, other: object) -> bool:
        raise TypeError("equality of enclosures is not defined: ask what is certain")

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.first!r}, {self.second!r})"

    # --- shapes and views
    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, as of a NumPy array."""
        return self.first.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.first.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.first.size

    @property
    def T(self) -> Self:
        """The transpose."""
        return self._each(lambda x: x.T)

    def __len__(self) -> int:
        return len(self.first)

    def __getitem__(self, key: Any) -> Self:
        first = self.first[key]  # as by ``_each``, and faster: formulas index all the time
        return type(self)(first, first if self.second is self.first else self.second[key])

    def reshape(self, *shape: Any) -> Self:
        """The same entries in another shape."""
        return self._each(lambda x: x.reshape(*shape))

    def swapaxes(self, first: int, second: int) -> Self:
        """Two axes exchanged."""
        return self._each(lambda x: x.swapaxes(first, second))

    def ravel(self) -> Self:
        """The entries in one row."""
        return self._each(lambda x: x.ravel())

    def _each(self, view: Callable[[Floats], Floats]) -> Self:
        first = view(self.first)
        return type(self)(first, first if self.second is self.first else view(self.second))

    @classmethod
    def joined(cls, arrays: Sequence[Self], join: Callable[[list[Floats]], Floats]) -> Self:
        """Several arrays as one."""
        first = join([x.first for x in arrays])
        if all(x.second is x.first for x in arrays):
            return cls(first, first)
        return cls(first, join([x.second for x in arrays]))

    # --- operators
    @classmethod
    @abstractmethod
    def _exactly(cls, number: float) -> Self:
        """One number that is a double, without axes."""

    @abstractmethod
    def __neg__(self) -> Self: ...

    @abstractmethod
    def _plus(self, y: Self) -> Self: ...

    @abstractmethod
    def _minus(self, y: Self) -> Self: ...

    @abstractmethod
    def _times(self, y: Self) -> Self: ...

    @abstractmethod
    def _scaled(self, factor: float) -> Self:
        """The product with a power of two."""

    @abstractmethod
    def _over(self, y: Self) -> Self: ...

    def _coerced(self, value: Any) -> Self | None:
        """Arrays of the same kind and integers that are doubles; None for everything else."""
        if type(value) is type(self):
            return value
        if isinstance(value, (int, np.integer)) and abs(int(value)) <= 2**53:
            return self._exactly(float(value))
        return None

    def __add__(self, other: Any) -> Self:
        y = self._coerced(other)
        return NotImplemented if y is None else self._plus(y)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Self:
        y = self._coerced(other)
        return NotImplemented if y is None else self._minus(y)

    def __rsub__(self, other: Any) -> Self:
        y = self._coerced(other)
        return NotImplemented if y is None else y._minus(self)

    def __mul__(self, other: Any) -> Self:
        if is_power_of_two(other):
            return self._scaled(float(other))
        y = self._coerced(other)
        return NotImplemented if y is None else self._times(y)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Self:
        y = self._coerced(other)
        return NotImplemented if y is None else self._over(y)

    def __rtruediv__(self, other: Any) -> Self:
        y = self._coerced(other)
        return NotImplemented if y is None else y._over(self)


def is_power_of_two(value: Any) -> bool:
    """Whether this is an integer +-2^k with k from 0 to 53."""
    if not isinstance(value, (int, np.integer)):
        return False
    size = abs(int(value))
    return 0 < size <= 2**53 and size & (size - 1) == 0


class EnclosureArithmetic(Arithmetic):
    """Arithmetic on ``EnclosureArray``s."""

    def concatenate(self, arrays: Sequence[Enclosure], axis: int = 0) -> Enclosure:
        return type(arrays[0]).joined(arrays, lambda parts: np.concatenate(parts, axis=axis))

    def stack(self, arrays: Sequence[Enclosure], axis: int = 0) -> Enclosure:
        return type(arrays[0]).joined(arrays, lambda parts: np.stack(parts, axis=axis))
