"""Each layer imports only from those before it, imports inside functions included."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: From the bottom up; certificates, search and theorems may join at their place.
LAYERS = (
    "pgb.errors",
    "pgb.progress",
    "pgb.numbers",
    "pgb.expressions",
    "pgb.models",
    "pgb.problems",
    "pgb.transforms",
    "pgb.problem_files",
    "pgb.conditions",
    "pgb.certificates",
    "pgb.reports",
    "pgb.check",
    "pgb.search",
    "pgb.pictures",
    "pgb.strategies",
    "pgb.data",
    "counterexamples",
    "pgb.theorems",
    "pgb.pytest_plugin",
    "pgb.cli",
)

SOURCES = sorted(
    path
    for top in ("pgb", "counterexamples")
    for path in (ROOT / top).rglob("*.py")
    if path != ROOT / "pgb" / "__init__.py"
)

#: The stand-alone checker of certificates: the launcher and its folder.
CHECKER = [
    ROOT / "pgb" / "certificates" / "checker.py",
    *sorted((ROOT / "pgb" / "certificates" / "checking").rglob("*.py")),
]


def module_name(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str | None:
    for layer in LAYERS:
        if module == layer or module.startswith(layer + "."):
            return layer
    return None


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of the file, ``import_module("literal")`` included, as (line, dotted name)."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    yield from imports_in(path.read_text(), package)


def imports_in(source: str, package: list[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            head = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{head}.{alias.name}"
        elif isinstance(node, ast.Call) and node.args and _called(node) == "import_module":
            literal = node.args[0]
            if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                yield node.lineno, literal.value


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def violations(path: Path) -> list[str]:
    own = layer_of(module_name(path))
    if own is None:
        return [f"{path}: belongs to no layer"]
    found = []
    for line, name in imported_modules(path):
        if name.split(".")[0] not in ("pgb", "counterexamples") or name == "pgb.__version__":
            continue
        other = layer_of(name)
        if other is None:
            found.append(f"{path}:{line}: imports {name}, which belongs to no layer")
        elif LAYERS.index(other) > LAYERS.index(own):
            found.append(f"{path}:{line}: {own} imports {name} from a later layer")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_layer_imports_only_from_earlier_layers(path: Path) -> None:
    assert violations(path) == []


@pytest.mark.parametrize(
    "source",
    [
        "def late():\n    from pgb.check import check\n    return check\n",
        "def late():\n    import pgb.check\n    return pgb.check\n",
        "def late():\n    return import_module('pgb.check')\n",
        "def late():\n    from ..check import check\n    return check\n",
        "def late():\n    from pgb import check\n    return check\n",
    ],
)
def test_an_import_inside_a_function_is_seen(source: str) -> None:
    (found,) = imports_in(source, ["pgb", "models"])
    assert layer_of(found[1]) == "pgb.check"


@pytest.mark.parametrize("path", CHECKER, ids=module_name)
def test_the_certificate_checker_stands_alone(path: Path) -> None:
    """Inside the folder relative imports, otherwise only the standard library and flint."""
    launched = {"checking.program"} if path.name == "checker.py" else set()
    for _, name in imported_modules(path):
        own = name.startswith("pgb.certificates.checking.")
        assert own or name in launched or name.split(".")[0] in {*sys.stdlib_module_names, "flint"}
    nodes = list(ast.walk(ast.parse(path.read_text())))
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    assert not [node for node in froms if node.level == 0 and "pgb" in (node.module or "")]
    assert not [node for node in nodes if isinstance(node, ast.Import) and "pgb" in ast.dump(node)]


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_no_evaluation_of_strings_as_code(path: Path) -> None:
    """A user's strings go through the project's own grammar; sympify and eval execute code."""
    forbidden = {"eval", "exec", "sympify", "parse_expr", "__import__"}
    calls = [
        f"{path}:{node.lineno}: {_called(node)}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _called(node) in forbidden
    ]
    assert calls == []


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_only_numbers_touches_the_flint_context(path: Path) -> None:
    if module_name(path).startswith("pgb.numbers") or path in CHECKER:
        return
    names = [name for _, name in imported_modules(path)]
    assert "flint.ctx" not in names
    assert "ctx" not in {
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }


@pytest.mark.parametrize("statement", ["import pgb", "import hypothesis", "import pgb.strategies"])
def test_importing_the_face_or_hypothesis_loads_neither_scipy_nor_sympy(statement: str) -> None:
    """The hypothesis hook runs in every project of every user who has pgb installed."""
    code = (
        "import sys\n"
        "from pgb.strategies.registration import register\n"
        f"{statement}\n"
        "register()\n"
        "print([m for m in ('scipy', 'sympy', 'sklearn', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
