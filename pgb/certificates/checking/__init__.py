"""Stand-alone checker of certificates: ``python checker.py FILE...`` beside this folder.

Needs the standard library and python-flint only and trusts nothing in the file: every hypothesis is
established from the problem, equalities by exact arithmetic, inequalities by balls. A certificate
whose evidence does not establish every part of its claim is refused.

Q(theta) = sum_i c_i l(phi(theta, x_i), y_i) + R(theta), see ``problem`` and ``objective``. The
lemmas are at the top of the modules that invoke them, under the name of the method of evidence:

refutations: gradient, one-sided, curvature (conditions that hold at every local minimum)
probes: probe (no descent at first, but along or after a segment on which Q is constant)
eliminations: auxiliary-weight, group-sum, regularizer-gradient (eliminated problems)
symmetries: ray (descent to infinity at constant outputs), orbit (strict up to symmetries)
points: strict (a zero gradient and a positive definite Hessian)
balls: krawczyk (a box that holds exactly one zero of the gradient, a strict minimum)
critical_points: critical-point, critical-line (zeros of the gradient with the signs of all
    eigenvalues there)
patterns: the smooth functions of which Q consists at a kink, one for each sign pattern
kinks: kinks, convex-pieces (conditions for every sign pattern)
slices: slice (a box of a slice across symmetries that holds a minimum of the slice)
interpolation: interpolation (a box that holds a point at which the data part and R are least)
manifolds: the lemma of Morse and Bott, for orbit and the methods of branches
branches: branch, constant-units, equal-units (manifolds of zeros of the gradient)
regions: region (pieces of piecewise linear networks, by convexity of the loss)
values: function-optimal (the data part and R are least), better (another value is lower)
complete: bisection (all critical points in a box, for claims of that form; see ``lists``)

``methods`` lists all methods of evidence; a new one is added there.
"""

from __future__ import annotations

from .certificate import check
from .claims import KIND_WORDS, words
from .methods import METHODS
from .program import main, verify
from .reading import SCHEMA, Refused, Unreadable, read

__all__ = [
    "KIND_WORDS",
    "METHODS",
    "SCHEMA",
    "Refused",
    "Unreadable",
    "check",
    "main",
    "read",
    "verify",
    "words",
]
