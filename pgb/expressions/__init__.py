"""Formulas typed by users: a small grammar, its trees, and their values in any arithmetic.

Nothing here executes text: a string is parsed by hand into a tree of a few known operations.
"""

from pgb.expressions.evaluation import evaluate, exact_value
from pgb.expressions.functions import CONSTANTS, FUNCTIONS
from pgb.expressions.json_form import from_json, to_json
from pgb.expressions.parser import parse
from pgb.expressions.tree import Call, Constant, Name, Number, Operation, Tree, children, names_in

__all__ = [
    "CONSTANTS",
    "FUNCTIONS",
    "Call",
    "Constant",
    "Name",
    "Number",
    "Operation",
    "Tree",
    "children",
    "evaluate",
    "exact_value",
    "from_json",
    "names_in",
    "parse",
    "to_json",
]
