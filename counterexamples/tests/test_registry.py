"""Examples are found by their files and described in full."""

from __future__ import annotations

from pathlib import Path

import pytest

import counterexamples
from counterexamples.registry import examples, find
from pgb.errors import InputError

MACHINERY = {"__init__", "building", "decisions", "example", "registry", "runner", "sources"}


def test_every_file_is_an_example_of_its_name() -> None:
    (folder,) = counterexamples.__path__
    files = {path.stem for path in Path(folder).glob("*.py")} - MACHINERY
    assert {example.name for example in examples()} == files


def test_every_example_says_what_it_refutes_and_what_is_true() -> None:
    titles = [example.title for example in examples()]
    assert len(set(titles)) == len(titles)
    for example in examples():
        words = (example.title, example.statement, example.source, example.phenomenon)
        assert all(words) and example.claims
        assert len({claim.text for claim in example.claims}) == len(example.claims)
        assert all(claim.about for claim in example.claims)


def test_an_example_is_found_by_an_unambiguous_part_of_its_name() -> None:
    assert find("straight_line").name.startswith("a_minimum_along_every_straight_line")


@pytest.mark.parametrize("name", ["no_such_example", "local_minimum"])
def test_an_unknown_or_ambiguous_name_is_refused_with_the_names_that_fit(name: str) -> None:
    with pytest.raises(InputError, match=f"example: found '{name}', expected one of "):
        find(name)


def test_the_public_names_resolve() -> None:
    for name in counterexamples.__all__:
        assert getattr(counterexamples, name) is not None
    with pytest.raises(AttributeError):
        counterexamples.no_such_name  # noqa: B018
