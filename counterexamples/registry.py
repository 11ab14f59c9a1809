"""The examples, found by their being there: every module of the package that has an EXAMPLE."""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module

import counterexamples
from counterexamples.example import Example
from pgb.errors import InputError

_MACHINERY = {"building", "decisions", "example", "registry", "runner", "sources"}


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """All examples, by name.

    Raises:
        TypeError: a module of the package has no EXAMPLE, or one that is named differently.
    """
    found = []
    for module in pkgutil.iter_modules(counterexamples.__path__):
        if module.ispkg or module.name in _MACHINERY:
            continue
        example = getattr(import_module(f"counterexamples.{module.name}"), "EXAMPLE", None)
        if not isinstance(example, Example) or example.name != module.name:
            raise TypeError(f"counterexamples/{module.name}.py: expected an EXAMPLE of that name")
        found.append(example)
    return tuple(sorted(found, key=lambda example: example.name))


def find(name: str) -> Example:
    """The example of that name, or the only one whose name contains it.

    Raises:
        InputError: no example, or more than one, fits.
    """
    exact = [example for example in examples() if example.name == name]
    fitting = exact or [example for example in examples() if name in example.name]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(example.name for example in fitting or examples())
    raise InputError(f"example: found {name!r}, expected one of {known}")
