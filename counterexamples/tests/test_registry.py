"""Examples are found by their files and described in full."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

import counterexamples
from counterexamples import Example, examples, find, select
from counterexamples.kit import Basis, claims
from pgb.errors import InputError

every_example = pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)


def test_every_file_is_an_example_of_its_name() -> None:
    (folder,) = counterexamples.__path__
    files = {path.stem for path in Path(folder).glob("*.py")} - {"__init__"}
    assert {example.name for example in examples()} == files


@every_example
def test_an_example_says_what_it_refutes_what_is_true_and_why(example: Example) -> None:
    assert example.title.endswith(".") and example.statement.endswith(".")
    assert example.source and len(example.mathematics) > 150
    texts = [claim.text for claim in example.all_claims]
    slugs = {claim.slug for claim in example.all_claims}
    assert len(texts) == len(set(texts)) == len(slugs)
    assert all(claim.about for claim in example.all_claims)
    for part in example.parts:
        assert part.family.__doc__ and part.canonical.__doc__ and part.claims


@every_example
def test_every_claim_without_a_certificate_says_what_it_rests_on(example: Example) -> None:
    for claim in example.all_claims:
        if claim.question is None:
            assert claim.basis is not Basis.UNSTATED, claim.text
        about_a_program = claim.basis in (Basis.DOUBLES, Basis.SEARCH)
        words = ("double precision", "pgb's probes", "check does not")
        assert about_a_program == any(word in claim.text for word in words), claim.text


def test_titles_differ() -> None:
    titles = [example.title for example in examples()]
    assert len(set(titles)) == len(titles)


def test_an_example_is_found_by_an_unambiguous_part_of_its_name() -> None:
    assert find("straight_line").name.startswith("a_minimum_along_every_straight_line")
    assert find("along every straight").name == find("straight-line").name


def test_an_ambiguous_name_is_refused_with_the_names_that_fit() -> None:
    with pytest.raises(InputError, match="example: found 'local_minimum', expected one of a_"):
        find("local_minimum")


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    nearest = "the_infimum_of_the_eliminated_loss_is_attained"
    with pytest.raises(InputError, match=f"did you mean '{nearest}'"):
        find("the_infimum_of_the_eliminated_loss_is_atained")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "x = 1\ny = nosuch\n",
            ", line 2: found NameError (name 'nosuch' is not defined), expected",
        ),
        ("import nosuchmodule\n", ", line 1: found ModuleNotFoundError (No module named"),
        ("x = 1\nx = (\n", ", line 2: found SyntaxError ("),
        (
            "from counterexamples.kit import claims\nclaims.verdict(text='x')\n",
            ", line 2: found In",
        ),
        ("x = 1\n", ": found None as EXAMPLE, expected Example("),
        ("EXAMPLE = 'me'\n", ": found a str as EXAMPLE, expected Example("),
        (
            "from counterexamples.a_convex_training_loss_has_a_minimizer import EXAMPLE\n",
            ": found an EXAMPLE of the module 'a_convex_training_loss_has_a_minimizer', expected",
        ),
    ],
)
def test_a_broken_example_file_is_named_in_one_sentence(
    text: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_on_purpose.py").write_text(text)
    monkeypatch.setattr(counterexamples, "__path__", [*counterexamples.__path__, str(tmp_path)])
    examples.cache_clear()
    try:
        with pytest.raises(InputError) as caught:
            examples()
    finally:
        sys.modules.pop("counterexamples.broken_on_purpose", None)
        examples.cache_clear()
    (said,) = caught.value.problems
    assert "\n" not in said
    assert said.startswith(f"counterexamples/broken_on_purpose.py{sentence}")


def test_select_keeps_those_with_all_tags() -> None:
    chosen = select(examples(), kind="failure mode", loss="absolute")
    names = [example.name for example in chosen]
    assert "elimination_works_for_the_absolute_loss" in names
    assert all(example.kind == "failure mode" for example in chosen)
    assert "strict" in find("one_unit_under").tags["certificate"]
    with pytest.raises(InputError, match="--phenomenon: found 'nothing', expected one of "):
        select(examples(), phenomenon="nothing")


@pytest.mark.parametrize("word", ["nosuch", "rel", "swishy"])
def test_an_unknown_activation_is_refused_though_some_examples_are_about_any(word: str) -> None:
    assert "any" in {tag for example in examples() for tag in example.tags["activation"]}
    with pytest.raises(InputError, match=f"--activation: found '{word}', expected one of any, "):
        select(examples(), activation=word)


def test_capitals_and_underscores_do_not_matter() -> None:
    for spelled, word in (("ReLU", "relu"), (" Leaky_ReLU", "leaky-relu")):
        assert select(examples(), activation=spelled) == select(examples(), activation=word)
        assert len(select(examples(), activation=word)) > 1
    found = select(examples(), loss="SQUARED", kind="Bad-Minimum")
    assert found and found == select(examples(), loss="squared", kind="bad minimum")


def test_an_activation_without_examples_of_its_own_keeps_those_about_any() -> None:
    with_any = [example for example in examples() if "any" in example.tags["activation"]]
    rest = [replace(example, activation="any") for example in with_any]
    assert select(rest, activation="tanh") == tuple(rest)


def test_words_outside_the_vocabulary_are_refused() -> None:
    with pytest.raises(ValueError, match=r"activation: found 'tanhh'.*\n.*depth: found '77'"):
        replace(examples()[0], activation="tanhh", depth=77)


@pytest.mark.parametrize(
    ("cost", "asked", "drawn"), [(0.1, 100, 100), (0.2, 100, 50), (9, 100, 5), (9, 2, 2)]
)
def test_expensive_members_are_fewer(cost: float, asked: int, drawn: int) -> None:
    assert replace(examples()[0], cost=cost).members_for(asked) == drawn


def test_the_public_names_resolve() -> None:
    for name in counterexamples.__all__:
        assert getattr(counterexamples, name) is not None
    with pytest.raises(AttributeError):
        counterexamples.no_such_name  # noqa: B018
    assert claims.__doc__
