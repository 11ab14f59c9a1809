"""Writing figures, and what is said without matplotlib."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pgb import InputError
from pgb.pictures import plot_values, save
from pgb.search import Landscape

BEGINNINGS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}


@pytest.mark.parametrize("ending", list(BEGINNINGS))
def test_a_figure_is_written_in_the_format_of_its_name(
    two_wells: Landscape, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"values.{ending}"
    save(plot_values(two_wells), path)
    assert path.read_bytes().startswith(BEGINNINGS[ending])
    again = tmp_path / f"again.{ending}"
    save(plot_values(two_wells), again)
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("values.bmp", "expected one that ends in .png, .pdf or .svg"),
        ("values", "expected one that ends in .png, .pdf or .svg"),
        ("missing/values.png", "found no folder"),
        ("folder.png", "found a folder"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused(
    two_wells: Landscape, tmp_path: Path, name: str, sentence: str
) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InputError, match=sentence):
        save(plot_values(two_wells), tmp_path / name)


def test_without_matplotlib_one_sentence_names_the_command_that_installs_it(
    two_wells: Landscape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match="pip install 'pgb\\[plot\\]'") as refused:
        plot_values(two_wells)
    assert len(refused.value.problems) == 1


def test_importing_the_pictures_does_not_import_matplotlib() -> None:
    code = (
        "import sys\n"
        "from pgb.pictures import plot_values, plot_slice, plot_disconnectivity, plot_escapes\n"
        "print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
