"""The page about pictures: its commands exist, its pictures are there and small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from pgb import pictures
from pgb.cli import main

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "pictures.md").read_text(encoding="utf-8")
IMAGES = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", PAGE)


def test_every_kind_of_picture_is_shown() -> None:
    assert {Path(image).stem for image in IMAGES} == set(kinds())


def kinds() -> list[str]:
    found = re.findall(r"^\$ pgb plot (\w+) ", PAGE, re.MULTILINE)
    return list(map(str, found))


@pytest.mark.parametrize("image", IMAGES)
def test_pictures_are_small_files(image: str) -> None:
    assert 5_000 < (DOCS / image).stat().st_size < 100_000


@pytest.mark.parametrize("kind", kinds())
def test_options_named_on_the_page_exist(kind: str) -> None:
    text = CliRunner().invoke(main, ["plot", kind, "--help"]).output
    shared = {"--out", "--starts", "--saddles", "--seed", "--distribution"}
    own = {"--points", "--point", "--eigenvectors", "--mark"} if kind == "slice" else set()
    assert {option for option in shared | own if option not in text or option not in PAGE} == set()


def test_functions_named_on_the_page_exist() -> None:
    (names,) = re.findall(r"from pgb\.pictures import (.+)", PAGE)
    assert set(names.split(", ")) == set(pictures.__all__)
