"""Independent rows and columns of a matrix in floats: proposals that a proof then checks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

# Pivots smaller than this share of the first one count as 0.
_RANK = 1e-7


def pivots(matrix: Floats) -> tuple[Places, Places]:
    """Rows and columns (r,), (r,) of the pivots of Gaussian elimination with complete pivoting.

    Rows are scaled to length 1 first; r is the numerical rank.
    """
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    rest = matrix / np.where(lengths > 0, lengths, 1.0)
    first = float(np.max(np.abs(rest), initial=0.0))
    places = []
    for _ in range(min(rest.shape)):
        i, j = np.unravel_index(int(np.argmax(np.abs(rest))), rest.shape)
        if not abs(rest[i, j]) > _RANK * first:
            break
        places.append((i, j))
        rest = rest - np.outer(rest[:, j] / rest[i, j], rest[i])
    found = np.array(places, dtype=np.intp).reshape(-1, 2)
    return found[:, 0], found[:, 1]
