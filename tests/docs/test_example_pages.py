"""Every example has its page, picture and certificates, and the pages say what is so now."""

from __future__ import annotations

import importlib.util
import inspect
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from counterexamples import Example, examples, find
from counterexamples.kit import Claim, claims
from counterexamples.kit.pages import index, page
from counterexamples.kit.pictures import Picture
from pgb.certificates import load, verify
from pgb.certificates.certificate import digest
from pgb.check import check
from pgb.problem_files import read_problem

DOCS = Path(__file__).resolve().parents[2] / "docs"
FOLDER = DOCS / "examples"
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
BLOCK = re.compile(r"```toml\n(.*?)```", re.DOTALL)
VERDICT = re.compile(r"^\| verdict \| (\w+) \((\w+)\) \|$", re.MULTILINE)
LINK = re.compile(r"\]\((?!http)([^)#]+)\)")
every_example = pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)


def words(text: str) -> str:
    """The text without its numbers, whose last digits differ between machines."""
    return NUMBER.sub("#", text)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("example_pages", DOCS / "example_pages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@every_example
def test_the_page_is_that_of_now(example: Example) -> None:
    shown = (FOLDER / f"{example.name}.md").read_text(encoding="utf-8")
    assert words(shown) == words(page(example)), "run: python docs/example_pages.py"
    assert "| holds: " in shown and "fails: " not in shown and "undecided: " not in shown


@every_example
def test_links_and_pictures_lead_somewhere(example: Example) -> None:
    targets = LINK.findall((FOLDER / f"{example.name}.md").read_text(encoding="utf-8"))
    assert "README.md" in targets
    assert (f"{example.name}.png" in targets) == (example.picture is not None)
    assert all((FOLDER / target).exists() for target in targets)


@every_example
def test_the_certificates_are_accepted_and_about_this_problem(example: Example) -> None:
    files = set((FOLDER / "certificates" / example.name).glob("*.json"))
    for part in example.parts:
        for claim in part.claims:
            proof = claim.certificate(part.member)
            if proof is not None:
                path = FOLDER / "certificates" / example.name / f"{claim.slug}.json"
                files.remove(path)
                kept = load(path)
                assert kept.words == proof.words
                assert digest(kept.problem) == digest(proof.problem)
                assert verify(path)[0]
    assert not files


@every_example
def test_the_problem_files_on_the_page_give_the_verdicts_beside_them(
    example: Example, tmp_path: Path
) -> None:
    text = (FOLDER / f"{example.name}.md").read_text(encoding="utf-8")
    blocks, verdicts = BLOCK.findall(text), VERDICT.findall(text)
    assert len(blocks) == len(verdicts) == len(example.parts)
    for block, (verdict, how), part in zip(blocks, verdicts, example.parts, strict=True):
        path = tmp_path / "problem.toml"
        path.write_text(block, encoding="utf-8")
        problem = read_problem(path)
        assert problem.objective.loss.spec == part.member.objective.loss.spec
        assert problem.candidate is not None
        report = check(problem.objective, problem.candidate, better=problem.better)
        assert report.verdict.name == verdict
        assert report.proved == (how == "proved")


def test_the_second_family_without_a_penalty_has_half_the_sum_of_squares_as_its_loss() -> None:
    """The constant 1 misses 0, 3, 0 by 1, 2, 1: half of 1 + 4 + 1 is the value 3 of the page."""
    text = (FOLDER / "elimination_works_without_a_penalty.md").read_text(encoding="utf-8")
    page_of_it = text.partition("## Another family")[2]
    assert "| loss | half-squared, sum over the samples" in page_of_it
    assert "| value | 3 |" in page_of_it and 'name = "half-squared"' in page_of_it


def test_the_index_lists_every_example() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert text == index(examples()), "run: python docs/example_pages.py"
    assert all((FOLDER / target).exists() for target in LINK.findall(text))


def test_no_page_is_left_over() -> None:
    names = {example.name for example in examples()} | {"README"}
    assert {path.stem for path in FOLDER.glob("*.md")} == names
    assert {path.stem for path in FOLDER.glob("*.png")} <= names
    assert {path.name for path in (FOLDER / "certificates").iterdir()} <= names


def test_the_how_to_quotes_the_file_as_it_is() -> None:
    text = (DOCS / "add-an-example.md").read_text(encoding="utf-8")
    assert script().filled(text) == text
    assert "EXAMPLE = Example(" in text
    assert all((DOCS / target).exists() for target in LINK.findall(text))


def test_the_how_to_names_every_picture_and_every_claim() -> None:
    text = (DOCS / "add-an-example.md").read_text(encoding="utf-8")
    makers = [
        name
        for name, maker in inspect.getmembers(claims, inspect.isfunction)
        if maker.__annotations__.get("return") == Claim.__name__ and not name.startswith("_")
    ]
    missing = [name for name in makers if f"`{name}`" not in text and f"`{name}(" not in text]
    assert makers and not missing
    assert all(f"`{picture.__name__}(" in text for picture in get_args(Picture))


def test_the_page_says_that_fewer_members_are_drawn() -> None:
    expensive = replace(find("one_unit_under_a_convex_loss"), cost=0.5)
    assert "the tests draw 20 instead of 100" in page(expensive)
