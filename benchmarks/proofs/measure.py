"""Train, prove, compare, print a table; exit with 1 if a claim fails."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import loops
import numpy as np
import training

from pgb.certificates import Certificate, build
from pgb.certificates import checker as launcher
from pgb.certificates.prove.krawczyk import prove_strict
from pgb.numbers import Float64
from pgb.problems import Candidate

#: Units, samples, seconds and gigabytes allowed (None: reported only).
SIZES: list[tuple[int, int, float | None, float | None]] = [
    (10, 100, 1.0, None),
    (45, 500, 5.0, None),
    (240, 1000, 20.0, 4.0),
]
LARGEST = (550, 1000, None, None)

#: Prints exit code, seconds and peak memory in KB of the command in its arguments.
STARTER = """
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.call(sys.argv[1:])
seconds = time.perf_counter() - start
print(code, seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def measured(units: int, samples: int, theta: Any, checked: bool) -> dict[str, Any]:
    objective = training.problem(units, samples)
    candidate = Candidate.from_vector(objective.parameters, theta)
    wall, processor = time.perf_counter(), time.process_time()
    found = prove_strict(objective, candidate)
    seconds, worked = time.perf_counter() - wall, time.process_time() - processor
    spectrum = np.linalg.eigvalsh(objective.hessian(Float64(), theta))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    details: Any = {} if found is None else found.details
    row = {
        "parameters": objective.size,
        "samples": samples,
        "least eigenvalue": f"{spectrum[0]:.1e}",
        "proved": "yes" if found is not None else "no",
        "unique within": f"{details.get('uniqueness_radius', float('nan')):.0e}",
        "seconds": seconds,
        "CPU seconds": worked,
        "peak GB": peak,
    }
    if checked and found is not None:
        row |= checker(build(objective, candidate, [found]))
    return row


def checker(certificate: Certificate) -> dict[str, Any]:
    """Time and memory of the stand-alone checker, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.json"
        certificate.save(path)
        # A process takes over the peak of the one that starts it, so a small one starts it.
        checked = [sys.executable, str(launcher.__file__), str(path)]
        command = [sys.executable, "-c", STARTER, *checked]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        code, seconds, peak = done.stdout.split()[-3:]
        return {
            "certificate MB": path.stat().st_size / 2**20,
            "accepted": "yes" if code == "0" else "no",
            "checker seconds": float(seconds),
            "checker GB": float(peak) / 2**20,
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patience", type=float, default=120.0)
    parser.add_argument("--kept", type=Path, required=True)
    parser.add_argument("--largest", action="store_true")
    parser.add_argument("--checker", action="store_true")
    options = parser.parse_args()
    failures, rows, proved = [], [], []
    for units, samples, allowed, memory in [*SIZES, *[LARGEST] * options.largest]:
        theta = training.trained(units, samples, options.kept)
        row = measured(units, samples, theta, options.checker)
        slow = allowed is not None and not row["seconds"] <= allowed
        large = memory is not None and not row["peak GB"] <= memory
        if allowed is not None and (row["proved"] != "yes" or slow or large):
            failures.append(f"{row['parameters']} parameters")
        rows.append(row)
        proved.append((units, samples, theta))
        print(row, flush=True)
    for row, (units, samples, theta) in zip(rows, proved, strict=True):
        for name, kit in loops.kits().items():
            work = row["samples"] * row["parameters"] ** 2 * 2e-6
            too_long = work > 4 * options.patience
            objective = training.problem(units, samples)
            row[name] = (
                "not tried"
                if too_long
                else loops.proof_time(objective, theta, kit, options.patience)
            )
    print_table(rows)
    print(f"failed: {', '.join(failures)}" if failures else "every limit is kept")
    return 1 if failures else 0


def print_table(rows: list[dict[str, Any]]) -> None:
    shown = [
        {key: f"{v:.2f}" if isinstance(v, float) else str(v) for key, v in row.items()}
        for row in rows
    ]
    widths = {key: max(len(key), *(len(row[key]) for row in shown)) for key in shown[0]}
    print("  ".join(key.rjust(width) for key, width in widths.items()))
    for row in shown:
        print("  ".join(row[key].rjust(width) for key, width in widths.items()))


if __name__ == "__main__":
    sys.exit(main())
