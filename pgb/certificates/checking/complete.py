"""All critical points in a box.

bisection: a tree of boxes, each split across one axis in the middle, so that the leaves cover the
    box. Let c be the center of a leaf X, g the gradient and H an enclosure of all (one-sided)
    Hessians on X. No point of X is critical if for a row vector y, 0 is not in y g(X), or not in
    y g(c) + (y H)(X - c), which holds y g(x) for all x in X by the mean value theorem. Other
    leaves lie in a box U on which |I - Y H| v < v for some v > 0: then all matrices in the convex
    set H are nonsingular, so g takes no value twice on U. A smaller box in U holds a zero of g, by
    Krawczyk's test as in ``balls``, and the inertia of the Hessians there, by Sylvester's law and
    Gershgorin's circles, is that of the signs of the diagonal of S^T H S.
    Where a quantity at which g jumps may vanish, g(X) holds the gradients of both sides, and the
    other tests are refused.
"""

from __future__ import annotations

from math import inf, nextafter
from typing import Any

import flint
from flint import arb, arb_mat, fmpq

from .balls import contracts
from .exact import EXACT_BITS
from .hypotheses import precise, smooth_up_to
from .intervals import INTERVALS, Interval, above, below
from .objective import evaluate
from .problem import Problem
from .reading import Refused, fields, listed, need, rational
from .rings import BALLS

SPLITS, GRADIENT, MEAN_VALUE, COMBINED, UNIQUE = "01234567", "abcdefgh", "ijklmnop", "qrstuvwx", "."
BITS = 53
Box = tuple[list[float], list[float]]


def check_list(P: Problem, claim: Any, evidence: Any) -> None:
    """Refuse a claim of completeness, the form of which is right, unless it is proved."""
    about, points = claim["about"], claim["points"]
    low, high = about["low"], about["high"]
    need(P.size <= len(SPLITS), "there are too many parameters")
    need(len(listed(evidence)) == 1, "there is not one tree")
    method, precision, boxes, tree = fields(evidence[0], "method precision boxes tree")
    need(method == "bisection" and isinstance(tree, str), "found another method")
    root = box(P, low, high)
    unique: list[Box] = []
    found: list[Any] = []
    held: list[Any] = []
    for entry in listed(boxes):
        precise(precision)
        center, radii, index, around = unique_point(P, entry)
        flint.ctx.prec = EXACT_BITS
        disjoint(center, radii, held)
        held.append((center, radii))
        unique.append(around)
        where = place(center, radii, root)
        if where != "outside":
            record = {"center": entry["center"], "radii": entry["radii"], "index": index}
            found.append(record | {"border": where == "border"})
    need(points == found, "the points listed are not those that are proved")
    flint.ctx.prec = BITS
    replay(P, root, unique, tree)


def box(P: Problem, low: Any, high: Any) -> Box:
    """The ends of a box, doubles in order."""
    ends = [[double(v) for v in listed(values, P.size)] for values in (low, high)]
    need(all(a < b for a, b in zip(*ends, strict=True)), "the ends of a box are not in order")
    return ends[0], ends[1]


def double(value: Any) -> float:
    """The double that a rational is."""
    exact = rational(value)
    found = int(exact.p) / int(exact.q)
    need(bool(fmpq(*found.as_integer_ratio()) == exact), "an end of a box is not a double")
    return found


def unique_point(P: Problem, entry: Any) -> tuple[list[fmpq], list[fmpq], int, Box]:
    """Center and half-widths of a box with a critical point, its index, and where it is alone."""
    center, radii, low, high, frame = fields(entry, "center radii low high frame")
    c, rho = ([rational(v) for v in listed(values, P.size)] for values in (center, radii))
    need(all(bool(r > 0) for r in rho), "a radius is not positive")
    around = box(P, low, high)
    for m, r, a, b in zip(c, rho, *around, strict=True):
        inside = fmpq(*a.as_integer_ratio()) <= m - r and m + r <= fmpq(*b.as_integer_ratio())
        need(bool(inside), "a point may lie outside of the box in which it is alone")
    theta = [arb(m - r).union(arb(m + r)) for m, r in zip(c, rho, strict=True)]
    on_box = evaluate(P, BALLS, theta, 2)
    smooth_up_to(on_box, 1)
    contracts(evaluate(P, BALLS, [arb(m) for m in c], 1).gradient, on_box.hessian, rho, None)
    S = arb_mat([[arb(rational(v)) for v in listed(row, P.size)] for row in listed(frame, P.size)])
    index = negative_eigenvalues((S.transpose() * arb_mat(on_box.hessian) * S).tolist())
    flint.ctx.prec = BITS
    alone(P, around)
    return c, rho, index, around


def negative_eigenvalues(M: Any) -> int:
    """How many eigenvalues of symmetric matrices are negative, all others being positive."""
    signs = []
    for j, row in enumerate(M):
        others = sum((abs(v) for k, v in enumerate(row) if k != j), arb(0))
        need(bool(row[j] > others or -row[j] > others), "the index is not proved")
        signs.append(bool(row[j] < 0))
    return sum(signs)


def alone(P: Problem, around: Box) -> None:
    """Refuse unless the gradient takes no value twice on the box."""
    H = hessian(P, around)
    Y = inverse(H)
    n = P.size
    unit = [[Interval(float(j == k), float(j == k)) for k in range(n)] for j in range(n)]
    M = [[(v - unit[j][k]).size() for k, v in enumerate(times(row, H))] for j, row in enumerate(Y)]
    v = [1.0] * n
    for _ in range(30):
        v = [sum(a * b for a, b in zip(row, v, strict=True)) + 1e-9 for row in M]
        top = max(v)
        v = [entry / top for entry in v]
    for row, entry in zip(M, v, strict=True):
        bound = total([point(a) * point(b) for a, b in zip(row, v, strict=True)])
        need(entry > 0 and bound.high < entry, "two critical points may lie in one box")


def hessian(P: Problem, X: Box, R: Any = INTERVALS) -> Any:
    """An enclosure of all Hessians on a box, on which the gradient does not jump."""
    at = evaluate(P, R, numbers(R, X), 2)
    smooth_up_to(at, 1)
    return [[interval(v) for v in row] for row in at.hessian]


def numbers(R: Any, X: Box) -> list[Any]:
    """The sides of a box in a ring."""
    if R is INTERVALS:
        return [Interval(a, b) for a, b in zip(*X, strict=True)]
    return [arb(a).union(arb(b)) for a, b in zip(*X, strict=True)]


def interval(value: Any) -> Interval:
    """A ball, or what is an interval already, as an interval."""
    return Interval(below(value), above(value)) if isinstance(value, arb) else value


def inverse(H: Any) -> list[list[Interval]]:
    """About an inverse of a matrix in the enclosure, as numbers."""
    middle = arb_mat([[arb(v.low / 2 + v.high / 2) for v in row] for row in H])
    return [[point(float(v)) for v in row] for row in middle.inv().tolist()]


def point(value: float) -> Interval:
    """A double."""
    return Interval(value, value)


def total(terms: list[Interval]) -> Interval:
    """The sum of intervals."""
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def times(row: list[Interval], H: Any) -> list[Interval]:
    """A row vector times a matrix."""
    columns = range(len(row))
    return [total([a * H[j][k] for j, a in enumerate(row)]) for k in columns]


def disjoint(center: list[fmpq], radii: list[fmpq], others: list[Any]) -> None:
    """Refuse unless a box of a point is disjoint from others, so that no point counts twice."""
    for c, rho in others:
        apart = [bool(abs(a - b) > r + s) for a, b, r, s in zip(center, c, radii, rho, strict=True)]
        need(any(apart), "two points may be the same")


def place(center: list[fmpq], radii: list[fmpq], root: Box) -> str:
    """Where the box of a point lies: inside, outside or on the border of the whole box."""
    where = "inside"
    for c, r, a, b in zip(center, radii, *root, strict=True):
        low, high = fmpq(*a.as_integer_ratio()), fmpq(*b.as_integer_ratio())
        if bool(c + r < low) or bool(c - r > high):
            return "outside"
        if not (bool(c - r >= low) and bool(c + r <= high)):
            where = "border"
    return where


def replay(P: Problem, root: Box, unique: list[Box], tree: str) -> None:
    """Refuse unless every leaf of the tree is proved; the letters are in preorder."""
    waiting = [root]
    for letter in tree:
        need(len(waiting) > 0, "the tree has too many leaves")
        X = waiting.pop()
        if letter in SPLITS[: P.size]:
            left, right = halves(X, SPLITS.index(letter))
            waiting += [right, left]
        else:
            need(proved(P, X, unique, letter), "a leaf of the tree is not proved")
    need(not waiting, "the tree has too few leaves")


def halves(X: Box, axis: int) -> tuple[Box, Box]:
    """The two parts of a box on the sides of its middle."""
    low, high = X
    middle = low[axis] / 2 + high[axis] / 2
    need(low[axis] < middle < high[axis], "a box is too small to be split")
    left, right = high.copy(), low.copy()
    left[axis] = right[axis] = middle
    return (low, left), (right, high)


def proved(P: Problem, X: Box, unique: list[Box], letter: str) -> bool:
    """Whether a leaf holds no critical point except those in the boxes of points."""
    if letter == UNIQUE:
        return any(holds(around, X) for around in unique)
    for kind, test in ((GRADIENT, gradient_test), (MEAN_VALUE, mean_value), (COMBINED, combined)):
        if letter in kind[: P.size]:
            return any(attempt(test, P, X, kind.index(letter), R) for R in (BALLS, INTERVALS))
    raise Refused("found an unknown letter in the tree")


def attempt(test: Any, P: Problem, X: Box, j: int, R: Any) -> bool:
    """Whether a test proves that the box holds no critical point; balls are faster."""
    try:
        return bool(test(P, X, j, R))
    except Refused:
        return False


def holds(outer: Box, inner: Box) -> bool:
    """Whether a box lies in another one."""
    low = all(a <= b for a, b in zip(outer[0], inner[0], strict=True))
    return low and all(a >= b for a, b in zip(outer[1], inner[1], strict=True))


def gradient_test(P: Problem, X: Box, j: int, R: Any) -> bool:
    """Whether component j of the gradient excludes 0."""
    return bool(evaluate(P, R, numbers(R, X), 1).gradient[j] != 0)


def mean_value(P: Problem, X: Box, j: int, R: Any) -> bool:
    """Whether the mean value form of component j excludes 0."""
    center, radius = middle_of(X)
    slopes = hessian(P, X, R)[j]
    return apart(gradient_at(P, center)[j], slopes, radius)


def combined(P: Problem, X: Box, j: int, R: Any) -> bool:
    """Whether that of row j of an inverse times the gradient excludes 0."""
    center, radius = middle_of(X)
    H = hessian(P, X, R)
    row = inverse(H)[j]
    g = gradient_at(P, center)
    return apart(total([a * b for a, b in zip(row, g, strict=True)]), times(row, H), radius)


def gradient_at(P: Problem, center: list[float]) -> list[Interval]:
    """The gradient at a point of doubles."""
    found = evaluate(P, BALLS, [arb(c) for c in center], 1).gradient
    return [interval(v) for v in found]


def middle_of(X: Box) -> tuple[list[float], list[float]]:
    """A point of the box, and bounds of the distances from it."""
    center = [a / 2 + b / 2 for a, b in zip(*X, strict=True)]
    ends = zip(*X, center, strict=True)
    return center, [max(nextafter(b - c, inf), nextafter(c - a, inf)) for a, b, c in ends]


def apart(value: Interval, slopes: list[Interval], radius: list[float]) -> bool:
    """Whether value + slopes (X - c) excludes 0."""
    spread = total([point(s.size()) * point(r) for s, r in zip(slopes, radius, strict=True)])
    return value.low > spread.high or -value.high > spread.high
