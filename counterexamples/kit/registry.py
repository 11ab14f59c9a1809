"""The examples, found by their being there: every module of the package that is no folder."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from importlib import import_module

import counterexamples
from counterexamples.kit.example import Example
from counterexamples.kit.tags import VOCABULARY
from pgb.errors import InputError, did_you_mean

_ALIKE = 0.7


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """All examples, by name.

    Raises:
        TypeError: a module of the package has no EXAMPLE of its own.
    """
    found = []
    for module in pkgutil.iter_modules(counterexamples.__path__):
        if module.ispkg:
            continue
        example = getattr(import_module(f"counterexamples.{module.name}"), "EXAMPLE", None)
        if not isinstance(example, Example) or example.name != module.name:
            raise TypeError(f"counterexamples/{module.name}.py: expected an EXAMPLE of that file")
        found.append(example)
    return tuple(sorted(found, key=lambda example: example.name))


def find(name: str) -> Example:
    """The example of that name, or the only one whose name contains it.

    Raises:
        InputError: no example, or more than one, fits.
    """
    wanted = name.strip().replace(" ", "_").replace("-", "_").lower()
    exact = [example for example in examples() if example.name == wanted]
    fitting = exact or [example for example in examples() if wanted in example.name]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(example.name for example in fitting)
        raise InputError(f"example: found {name!r}, expected one of {names}")
    raise InputError(
        f"example: found {name!r}, expected a name that `pgb examples list` shows, or a part of one"
        f"{_nearest(wanted)}"
    )


def _nearest(wanted: str) -> str:
    """The end of a sentence with the example whose words are nearest to those wanted."""
    words = wanted.split("_")

    def likeness(example: Example) -> float:
        own = example.name.split("_")
        best = [max(SequenceMatcher(None, w, o).ratio() for o in own) for w in words]
        return sum(best) / len(best)

    nearest = max(examples(), key=likeness)
    return f"; did you mean {nearest.name!r}?" if likeness(nearest) > _ALIKE else ""


def select(chosen: Iterable[Example], **tags: str | None) -> tuple[Example, ...]:
    """The examples that have all the tags given; "any" has every activation, loss and depth.

    Capitals and underscores do not matter: ``ReLU`` is relu, ``leaky_relu`` leaky-relu.

    Raises:
        InputError: a word is no tag of an example, nor one that "any" stands for.
    """
    chosen = tuple(chosen)
    wanted: dict[str, str] = {}
    problems = []
    for key, value in tags.items():
        if value is None:
            continue
        known = _known_words(chosen, key)
        spelled = {_spelled(word): word for word in known}
        if _spelled(value) in spelled:
            wanted[key] = spelled[_spelled(value)]
        else:
            near = did_you_mean(value.lower(), known)
            problems.append(f"--{key}: found {value!r}, expected one of {', '.join(known)}{near}")
    if problems:
        raise InputError(problems)
    return tuple(
        example
        for example in chosen
        if all({value, "any"} & set(example.tags[key]) for key, value in wanted.items())
    )


def _known_words(chosen: Iterable[Example], key: str) -> list[str]:
    """The words in use for a tag; where "any" is one of them, also all that it stands for."""
    used = {word for example in chosen for word in example.tags[key]}
    return sorted(used | set(VOCABULARY[key]) if "any" in used else used)


def _spelled(word: str) -> str:
    return " ".join(word.lower().replace("_", " ").replace("-", " ").split())
