"""Formulas typed by users: a small grammar, its trees, and their values in any arithmetic.

Nothing here executes text: a string is parsed by hand into a tree of a few known operations.
"""

from pgb.expressions.evaluation import evaluate, exact_value, power
from pgb.expressions.functions import CONSTANTS, FUNCTIONS, apply, leaky_slopes
from pgb.expressions.json_form import from_json, to_json
from pgb.expressions.parser import parse
from pgb.expressions.tree import (
    HALF,
    Call,
    Constant,
    Name,
    Number,
    Operation,
    Tree,
    children,
    names_in,
)

__all__ = [
    "CONSTANTS",
    "FUNCTIONS",
    "HALF",
    "Call",
    "Constant",
    "Name",
    "Number",
    "Operation",
    "Tree",
    "apply",
    "children",
    "evaluate",
    "exact_value",
    "from_json",
    "leaky_slopes",
    "names_in",
    "parse",
    "power",
    "to_json",
]
