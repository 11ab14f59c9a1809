"""Files and functions stay small; every public name is documented and annotated."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
Function = ast.FunctionDef | ast.AsyncFunctionDef

#: Elementary functions of the arithmetics: the name is the documentation.
SELF_EXPLANATORY = {"exp", "log", "sqrt", "tanh", "erf", "arctan", "sin", "cos"}

SHIPPED = sorted(path for top in ("pgb", "counterexamples") for path in (ROOT / top).rglob("*.py"))
WRITTEN = sorted({*SHIPPED, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")})
PUBLIC = [path for path in SHIPPED if "tests" not in path.relative_to(ROOT).parts]


def name_of(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines of the function without its docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return total
    docstring = function.body[0]
    return total - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_file_and_functions_are_short(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    long = [f"{f.name}: {length(f)}" for f in functions(ast.parse(text))]
    assert [entry for entry in long if int(entry.rsplit(" ", 1)[1]) > LONGEST_FUNCTION] == []


def unannotated(function: Function) -> list[str]:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    starred = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    missing = [
        a.arg for a in [*named, *starred] if a.annotation is None and a.arg not in ("self", "cls")
    ]
    return missing if function.returns is not None else [*missing, "return"]


@pytest.mark.parametrize("path", SHIPPED, ids=name_of)
def test_every_function_is_annotated(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert {f.name: unannotated(f) for f in functions(tree) if unannotated(f)} == {}


@pytest.mark.parametrize("path", PUBLIC, ids=name_of)
def test_every_public_name_is_documented(path: Path) -> None:
    module = importlib.import_module(name_of(path))
    assert [name for name, value in public_names(module) if not documented(value)] == []


def public_names(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The module, its classes and functions, and the methods and properties of its classes.

    A method that overrides a documented one inherits its docstring.
    """
    yield module.__name__, module
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(value) or inspect.isclass(value):
            yield name, value
        if inspect.isclass(value):
            for member, found in vars(value).items():
                is_method = isinstance(found, (property, staticmethod, classmethod))
                if member.startswith("_") or not (is_method or inspect.isfunction(found)):
                    continue
                if member not in SELF_EXPLANATORY:
                    yield f"{name}.{member}", getattr(value, member)


def documented(value: Any) -> bool:
    return bool((inspect.getdoc(value) or "").strip())
