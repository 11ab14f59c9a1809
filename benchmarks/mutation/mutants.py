"""Mutants of Python source: one small change of one place, by the standard operators."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NAMES = {"all": "any", "any": "all", "min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    """One place of a module: which file, function and line, what is there and what shall be.

    The tree belongs to all mutants of a file, so ``apply`` it in a process of its own.
    """

    path: Path
    function: str
    line: int
    before: str
    after: str
    tree: ast.Module
    place: tuple[ast.AST, str, int]
    new: ast.AST

    def apply(self) -> ast.Module:
        """The changed module; changes the tree for good."""
        parent, field, index = self.place
        value = getattr(parent, field)
        if index >= 0:
            value[index] = self.new
        else:
            setattr(parent, field, self.new)
        return ast.fix_missing_locations(self.tree)

    def __str__(self) -> str:
        place = f"{self.path.name}:{self.line} {self.function}"
        return f"{place}: `{self.before}` -> `{self.after}`"


def replacements(node: ast.AST) -> Iterator[ast.AST]:
    """What one node may be replaced by; the node itself is not changed."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in COMPARISONS[type(operator)]:
                yield ast.Compare(node.left, put(node.ops, place, other()), node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield ast.Name(NAMES[node.id], ast.Load())
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Pass()


def put(items: list[ast.cmpop], place: int, new: ast.cmpop) -> list[ast.cmpop]:
    """A copy of a list with another entry."""
    return [*items[:place], new, *items[place + 1 :]]


def places(node: ast.AST, function: str = "module") -> Iterator[tuple[ast.AST, str, str, int]]:
    """Every child that may be changed, as (parent, function, field, index or -1)."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_comment", "decorator_list"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(-1, value)]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr):
                continue
            if isinstance(child, ast.keyword) and child.arg == "strict":
                continue  # zip(strict=True) only repeats what was checked before
            yield node, function, field, index
            named = isinstance(child, ast.FunctionDef | ast.ClassDef)
            yield from places(child, child.name if named else function)


def mutants(path: Path) -> Iterator[Mutant]:
    """All mutants of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    predicates = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or ast.Pass()) == "bool"
        for inner in ast.walk(node)
        if isinstance(inner, ast.Return)
    }
    for parent, function, field, index in list(places(tree)):
        value = getattr(parent, field)
        child = value[index] if index >= 0 else value
        changes = list(replacements(child))
        if child in predicates:
            changes.append(ast.Return(ast.Constant(True)))
        for new in changes:
            before, after = ast.unparse(child), ast.unparse(new)
            line, place = getattr(child, "lineno", 0), (parent, field, index)
            yield Mutant(path, function, line, before, after, tree, place, new)


def sample(paths: list[Path], seed: int) -> Iterator[Mutant]:
    """All mutants in an order that takes one of every function, then another, and so on."""
    rng = random.Random(seed)
    by_function: dict[tuple[str, str], list[Mutant]] = {}
    for path in paths:
        for mutant in mutants(path):
            by_function.setdefault((path.name, mutant.function), []).append(mutant)
    for found in by_function.values():
        rng.shuffle(found)
    while by_function:
        for key in sorted(by_function):
            yield by_function[key].pop()
        by_function = {key: found for key, found in by_function.items() if found}
