"""The store: an SQLite file that takes what chunks and proofs found as they finish.

Every chunk and every proof is one transaction, so a process killed at any moment leaves a file
that holds all that was committed and nothing by halves.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from pgb import __version__
from pgb.certificates import export_problem
from pgb.certificates.certificate import digest
from pgb.errors import InputError, short_name
from pgb.problem_files import ProblemFile, problem_from_mapping, problem_to_mapping
from pgb.problems import Objective
from pgb.search.proofs import Proof
from pgb.search.records import Chunk, ChunkResult, EscapeRecord, Lowest, PointRecord, Vector

# "pgbs" in the header of the file, where SQLite keeps a number of the application.
_APPLICATION = 0x70676273
_SCHEMA = "pgb-search/1"
# Seconds to wait for another process that is writing.
_PATIENCE = 60.0
_TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE chunks (stage INTEGER, number INTEGER, first INTEGER, stop INTEGER, counts TEXT, "
    "PRIMARY KEY (stage, number))",
    "CREATE TABLE ends (stage INTEGER, number INTEGER, place INTEGER, kind TEXT, record TEXT, "
    "parameters BLOB, PRIMARY KEY (stage, number, place))",
    "CREATE TABLE proofs (point TEXT PRIMARY KEY, proof TEXT NOT NULL)",
)
_WORDS = {
    "problem": "another problem",
    "version": "another version of pgb",
    "seed": "another seed",
    "distribution": "another distribution of starts",
    "chunk": "another size of chunks",
    "schema": "another format",
}


class Store:
    """An open store; a context manager.

    Raises:
        InputError: if the file holds something else, or results of another problem, seed,
            distribution or version.
    """

    def __init__(self, path: str | Path, identity: Mapping[str, str] | None) -> None:
        self.path = Path(path)
        if identity is None and not self.path.is_file():
            raise InputError(f"store: found no file {short_name(path)}, expected a store")
        self._refuse_folders()
        try:
            self._connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)
            with self._connection_closed_on_error():
                self._open(identity)
        except sqlite3.OperationalError as error:
            raise InputError(
                f"store {short_name(path)}: found that it cannot be opened ({error}), "
                "expected a file that can be written"
            ) from None
        except sqlite3.Error as error:
            raise InputError(
                f"store {short_name(path)}: found a file that is no store ({error}), expected one "
                "or a new name"
            ) from None

    def _refuse_folders(self) -> None:
        """Say what is wrong where SQLite could only say that it cannot open a file."""
        shown, folder = short_name(self.path), self.path.absolute().parent
        if self.path.is_dir():
            raise InputError(f"store {shown}: found a folder, expected a file or a new name")
        if not folder.is_dir():
            raise InputError(
                f"store {shown}: found no folder {short_name(folder)}, expected one that exists"
            )

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; nothing is left to write."""
        self._connection.close()

    @property
    def meta(self) -> dict[str, str]:
        """What the store says of itself: schema, problem, version, seed, distribution, ..."""
        return dict(self._connection.execute("SELECT key, value FROM meta"))

    def update_meta(self, **values: str) -> None:
        """Note something beside the identity, such as the number of starts asked for."""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items())
            )

    def chunks(self) -> list[Chunk]:
        """The chunks whose results are here, in order."""
        rows = self._connection.execute(
            "SELECT stage, number, first, stop FROM chunks ORDER BY stage, number"
        )
        return [Chunk(*row) for row in rows]

    def add(self, result: ChunkResult) -> None:
        """Keep the result of a chunk, instead of one of the same chunk with fewer starts."""
        chunk = result.chunk
        place = (chunk.stage, chunk.number)
        with self._transaction():
            self._connection.execute("DELETE FROM ends WHERE stage = ? AND number = ?", place)
            self._connection.executemany(
                "INSERT INTO ends VALUES (?, ?, ?, ?, ?, ?)",
                [(*place, number, *row) for number, row in enumerate(_rows(result))],
            )
            self._connection.execute(
                "INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?)",
                (*place, chunk.first, chunk.stop, json.dumps(dict(result.counts))),
            )

    def result(self, chunk: Chunk) -> ChunkResult:
        """The kept result of a chunk."""
        place = (chunk.stage, chunk.number)
        (counts,) = self._connection.execute(
            "SELECT counts FROM chunks WHERE stage = ? AND number = ?", place
        ).fetchone()
        rows = self._connection.execute(
            "SELECT kind, record, parameters FROM ends WHERE stage = ? AND number = ? "
            "ORDER BY place",
            place,
        ).fetchall()
        return _result(chunk, json.loads(counts), rows)

    def add_proof(self, proof: Proof) -> None:
        """Keep a proof, instead of an earlier one of the same point."""
        with self._transaction():
            self._connection.execute(
                "INSERT OR REPLACE INTO proofs VALUES (?, ?)",
                (proof.key, json.dumps(asdict(proof))),
            )

    def proofs(self) -> dict[str, Proof]:
        """The kept proofs by the key of their point."""
        rows = self._connection.execute("SELECT point, proof FROM proofs")
        return {key: Proof(**json.loads(text)) for key, text in rows}

    def objective(self) -> Objective:
        """The objective whose points are here."""
        return problem_from_mapping(json.loads(self.meta["objective"])).objective

    def _open(self, identity: Mapping[str, str] | None) -> None:
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == 0 and tables == 0 and identity is not None:
            self._create(identity)
        elif application != _APPLICATION:
            raise sqlite3.DatabaseError("it was made by another program")
        if identity is not None:
            self._refuse_others(identity)

    def _create(self, identity: Mapping[str, str]) -> None:
        with self._transaction():
            # Another process may have been faster.
            if self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
                return
            for table in _TABLES:
                self._connection.execute(table)
            self._connection.executemany("INSERT INTO meta VALUES (?, ?)", list(identity.items()))
            self._connection.execute(f"PRAGMA application_id = {_APPLICATION}")

    def _refuse_others(self, identity: Mapping[str, str]) -> None:
        kept = self.meta
        for key, words in _WORDS.items():
            if kept.get(key) != identity[key]:
                found, expected = kept.get(key, "none"), identity[key]
                detail = "" if key == "problem" else f" ({found}, not {expected})"
                raise InputError(
                    f"store {short_name(self.path)}: found results of {words}{detail}, expected "
                    "those of this search or a new name"
                )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise InputError(
                f"store {short_name(self.path)}: found a file that cannot be written ({error}), "
                "expected one that can; what it holds already is kept"
            ) from None
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def _connection_closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._connection.close()
            raise


def identity_of(objective: Objective, distribution: str, seed: int, chunk: int) -> dict[str, str]:
    """What results must agree on to be kept together.

    Raises:
        InputError: if the objective has a part that cannot be written down.
    """
    return {
        "schema": _SCHEMA,
        "problem": digest(export_problem(objective)),
        "version": __version__,
        "seed": str(seed),
        "distribution": distribution,
        "chunk": str(chunk),
        "objective": json.dumps(problem_to_mapping(ProblemFile(objective))),
    }


def _rows(result: ChunkResult) -> Iterator[tuple[str, str, bytes]]:
    groups: tuple[tuple[str, tuple[Any, ...]], ...] = (
        ("point", result.points),
        ("escape", result.escapes),
        ("stalled", result.stalled),
    )
    for kind, records in groups:
        for record in records:
            yield kind, json.dumps(record.to_json_object()), _bytes(record.parameters)
    if result.lowest is not None:
        yield "lowest", json.dumps(result.lowest.value), _bytes(result.lowest.parameters)


def _result(
    chunk: Chunk, counts: dict[str, int], rows: list[tuple[str, str, bytes]]
) -> ChunkResult:
    found: dict[str, list[Any]] = {"point": [], "escape": [], "stalled": [], "lowest": []}
    for kind, text, blob in rows:
        record, parameters = json.loads(text), _vector(blob)
        if kind == "escape":
            found[kind].append(EscapeRecord.from_json_object(record, parameters))
        elif kind == "lowest":
            found[kind].append(Lowest(record, parameters))
        else:
            found[kind].append(PointRecord.from_json_object(record, parameters))
    lowest = found["lowest"][0] if found["lowest"] else None
    return ChunkResult(
        chunk,
        tuple(found["point"]),
        tuple(found["escape"]),
        tuple(found["stalled"]),
        counts,
        lowest,
    )


def _bytes(parameters: Vector) -> bytes:
    return np.ascontiguousarray(parameters, dtype="<f8").tobytes()


def _vector(blob: bytes) -> Vector:
    return np.frombuffer(blob, dtype="<f8").astype(np.float64)
