"""The examples, found by their being there: every module of the package that is no folder."""

from __future__ import annotations

import pkgutil
import traceback
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from importlib import import_module

import counterexamples
from counterexamples.kit.example import Example
from counterexamples.kit.tags import VOCABULARY
from pgb.errors import InputError, did_you_mean, kind_of

_ALIKE = 0.7


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """All examples, by name.

    Raises:
        InputError: a module of the package cannot be imported, or has no EXAMPLE of its own.
    """
    modules = pkgutil.iter_modules(counterexamples.__path__)
    found = [_example(module.name) for module in modules if not module.ispkg]
    return tuple(sorted(found, key=lambda example: example.name))


def _example(name: str) -> Example:
    """The EXAMPLE of a module."""
    try:
        example = getattr(import_module(f"counterexamples.{name}"), "EXAMPLE", None)
    except Exception as error:
        said = "; ".join(str(error).splitlines()) or "no message"
        raise InputError(
            f"{_place(name, error)}: found {type(error).__name__} ({said}), expected an example "
            "file that Python can import"
        ) from error
    if not isinstance(example, Example):
        raise InputError(f"{_place(name)}: found {kind_of(example)} as EXAMPLE, expected Example()")
    if example.name != name:
        raise InputError(
            f"{_place(name)}: found an EXAMPLE of the module {example.name!r}, expected one of "
            "that file, Example(__name__, ...)"
        )
    return example


def _place(name: str, error: Exception | None = None) -> str:
    """The file of a module, with the last of its lines that led to the error."""
    file = f"counterexamples/{name}.py"
    if isinstance(error, SyntaxError) and error.lineno is not None:
        return f"{file}, line {error.lineno}"
    frames = traceback.extract_tb(None if error is None else error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename.endswith(f"/{name}.py")]
    return f"{file}, line {lines[-1]}" if lines else file


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
