"""TOML, JSON, CSV and NPZ files: what is malformed is said with its line."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from pgb.errors import InputError
from pgb.problem_files.documents import load_arrays, load_document, load_table


def refusal(path: Path, text: str | bytes) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    load = {".csv": load_table, ".npz": load_arrays}.get(path.suffix, load_document)
    with pytest.raises(InputError) as caught:
        load(path)
    return "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("p.toml", "[data]\nx = = 1\n", "line 2"),
        ("p.toml", "[data]\nx = [1,\n", "end of document"),
        ("p.toml", "a = 1\na = 2\n", "line 2"),
        ("p.toml", b"a = '\xff'", "not UTF-8"),
        ("p.toml", "a = " + "[" * 5000, "malformed TOML|nested too deeply"),
        ("p.json", '{"a": 1,\n "b": }', "line 2"),
        ("p.json", '{"a": 1, "a": 2}', "a: found twice in one JSON object, expected once"),
        ("p.json", "[1, 2]", "found no table at the top level"),
        ("p.json", "[" * 200_000, "nested too deeply"),
        ("p.json", '{"a": ' + "9" * 5000 + "}", "malformed JSON"),
        ("t.csv", "", "found no header"),
        ("t.csv", "u,v\n", "found no rows"),
        ("t.csv", "u,u\n1,2\n", "found the column 'u' twice"),
        ("t.csv", "u,v\n1,2\n3\n", "line 3: found 1 entry, expected 2"),
        ("t.csv", "u,v\n1,two\n", "line 2, v: found 'two', expected a finite number"),
        ("t.csv", "u,v\n1,nan\n", "line 2, v: found 'nan', expected a finite number"),
        ("t.csv", "u,v\n1,inf\n", "line 2, v: found 'inf', expected a finite number"),
        ("t.npz", "no archive", "found no readable NPZ file"),
    ],
)
def test_a_malformed_file_is_refused_with_its_place(
    tmp_path: Path, name: str, text: str | bytes, expected: str
) -> None:
    found = refusal(tmp_path / name, text)
    assert any(part in found for part in expected.split("|")), found


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unreadable"):
        load_document(tmp_path)


def test_pickled_objects_are_refused_and_never_loaded(tmp_path: Path) -> None:
    class Exploit:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (str(tmp_path / "executed"),)

    np.savez(tmp_path / "t.npz", x=np.array([Exploit()], dtype=object))
    (tmp_path / "executed").unlink(missing_ok=True)
    with pytest.raises(InputError, match="array 'x': found pickled objects"):
        load_arrays(tmp_path / "t.npz")
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("array", [[1.0, np.nan], [np.inf], ["text"], [1j]])
def test_arrays_of_other_than_finite_numbers_are_refused(
    tmp_path: Path, array: list[object]
) -> None:
    np.savez(tmp_path / "t.npz", x=np.array(array))
    with pytest.raises(InputError, match="'x': found other entries than finite numbers"):
        load_arrays(tmp_path / "t.npz")


def test_a_csv_keeps_every_digit(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("u, v\n0.1,1e-320\r\n-2,3.0000000000000004\n\n")
    table = load_table(tmp_path / "t.csv")
    assert table["u"].tolist() == [0.1, -2.0]
    assert table["v"].tolist() == [1e-320, 3.0000000000000004]


def test_a_single_array_is_not_an_archive(tmp_path: Path) -> None:
    with (tmp_path / "t.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(InputError, match=r"^found a single array, expected an NPZ file of named"):
        load_arrays(tmp_path / "t.npz")


def test_a_pickle_is_called_no_archive(tmp_path: Path) -> None:
    (tmp_path / "t.npz").write_bytes(pickle.dumps({"x": 1}))
    with pytest.raises(InputError) as caught:
        load_arrays(tmp_path / "t.npz")
    assert str(caught.value) == "found no readable NPZ file (it is no archive), expected one"


def test_malformed_text_is_refused_with_place_and_reason(tmp_path: Path) -> None:
    toml, found = refusal(tmp_path / "p.toml", "[data\nx=1"), "file: found malformed"
    assert (
        toml == f"{found} TOML at line 1, column 6: expected ']' at the end of a table declaration"
    )
    assert refusal(tmp_path / "p.json", '{"a":,}') == (
        f"{found} JSON at line 1, column 6: expecting value"
    )
