"""Batched descent: many starts at once to stationary points at machine precision.

``descend`` is the entry; it chooses dense saddle-free Newton steps up to ``DENSE_LIMIT`` parameters
and matrix-free ones above.
"""

from pgb.search.descent.driver import DENSE_LIMIT, descend
from pgb.search.descent.ends import Ends, Rule, State

__all__ = ["DENSE_LIMIT", "Ends", "Rule", "State", "descend"]
