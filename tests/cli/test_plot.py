"""``pgb plot``: pictures from a store or of a problem, and sentences for bad input."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pgb.cli import main

TWO_WELLS = """
[data]
x = [[0]]
y = [[1, 0.1, 0]]
[model]
kind = "expression"
inputs = ["x"]
parameters = ["w", "u"]
outputs = ["w^2", "w", "u - w"]
"""
KINDS = ("values", "slice", "disconnectivity")


def pgb(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plot") / "wells.toml"
    path.write_text(TWO_WELLS)
    return path


@pytest.fixture(scope="module")
def store(problem: Path) -> Path:
    path = problem.with_suffix(".db")
    arguments = ("--starts", "20", "--saddles", "60", "--store", str(path), "--workers", "1")
    done = pgb("search", str(problem), *arguments)
    assert done.exit_code == 0, done.output
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_from_a_store(store: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "picture.svg"
    before = store.read_bytes()
    done = pgb("plot", kind, str(store), "--out", str(out))
    assert (done.exit_code, done.output) == (0, f"{out}: written\n")
    assert "<svg" in out.read_text()
    assert store.read_bytes() == before


def test_a_problem_alone_draws_its_values_after_a_small_search(
    problem: Path, tmp_path: Path
) -> None:
    out = tmp_path / "picture.png"
    done = pgb("plot", str(problem), "--starts", "10", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith(b"\x89PNG")


def test_planes_are_chosen_by_the_numbers_of_points(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "picture.pdf"
    for options in (
        ("--point", "3", "--eigenvectors", "1,2", "--reach", "2", "--mark", "1", "--mark", "2"),
        ("--points", "1, 2, 3"),
        ("--point", "1", "--resolution", "11"),
    ):
        done = pgb("plot", "slice", str(store), "--out", str(out), *options)
        # The three points of this problem lie on a line.
        expected = 2 if "--points" in options else 0
        assert done.exit_code == expected, done.output
    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("values", "STORE", "--out", "x.bmp"), "expected one that ends in .png, .pdf or .svg"),
        (("values", "STORE", "--out", "missing/x.png"), "found no folder missing"),
        (("values", "STORE"), "Missing option '--out'"),
        (("vales", "STORE", "--out", "x.png"), "did you mean 'values'?"),
        (("nothing", "--out", "x.png"), "found neither a file nor a problem called 'nothing'"),
        (("values", "STORE", "--out", "x.png", "--starts", "3"), "--starts: found with the store"),
        (("slice", "STORE", "--out", "x.png", "--points", "1,2"), "expected 3 numbers from 1"),
        (("slice", "STORE", "--out", "x.png", "--points", "1,2,2"), "expected 3 different numbers"),
        (("slice", "STORE", "--out", "x.png", "--points", "1,2,9"), "--points: found 9"),
        (("slice", "STORE", "--out", "x.png", "--points", "1,2,3"), "three points on a line"),
        (("slice", "STORE", "--out", "x.png", "--point", "9"), "--point: found 9"),
        (("slice", "STORE", "--out", "x.png", "--mark", "9"), "--mark: found 9"),
        (
            ("slice", "STORE", "--out", "x.png", "--eigenvectors", "1,3"),
            "expected numbers from 1",
        ),
        (
            ("slice", "STORE", "--out", "x.png", "--eigenvectors", "0,1"),
            "expected 2 numbers",
        ),
        (
            ("slice", "STORE", "--out", "x.png", "--points", "1,2,3", "--point", "1"),
            "--points: found with --point",
        ),
        (("escapes", "STORE", "--out", "x.png"), "found no run that escapes to infinity"),
    ],
)
def test_bad_input_gives_a_sentence_and_exit_code_2(
    store: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = pgb("plot", *(str(store) if word == "STORE" else word for word in arguments))
    assert done.exit_code == 2
    assert sentence in done.output


def test_a_damaged_store_is_refused(store: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(store.read_bytes()[:100] + b"\x00" * 4000)
    done = pgb("plot", "values", str(damaged), "--out", str(tmp_path / "x.png"))
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_without_matplotlib_nothing_is_computed(
    problem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = pgb("plot", str(problem), "--starts", "1000000000", "--out", str(tmp_path / "x.png"))
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert "pip install 'pgb[plot]'" in done.output


@pytest.mark.parametrize("options", [("--starts", "5"), ("--exhaustive", "-2", "2")])
def test_the_json_of_a_search_is_no_landscape_to_draw(
    problem: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "s.json"
    path.write_text(pgb("search", str(problem), *options, "--json").stdout)
    done = pgb("plot", str(path), "--out", str(tmp_path / "x.png"))
    assert done.exit_code == 2
    [sentence] = done.stderr.splitlines()
    assert sentence.startswith(f"{path}: file: found what `pgb search ")
    assert "--json` prints, expected a problem file" in sentence
