"""Time and memory of whole searches against the number of starts, and of two processes."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time

from problem import problem

from pgb.search import search

COUNTS = (100, 1_000, 10_000, 100_000)
CLAIMED_SPEED_UP, CLAIMED_GROWTH = 1.7, 2.0


def one(starts: int, workers: int) -> None:
    """Print seconds and peak memory (MB) of one search; runs in a process of its own."""
    objective = problem()
    search(objective, starts=64, workers=workers, distribution="normal")
    begin = time.perf_counter()
    search(objective, starts=starts, workers=workers, distribution="normal")
    seconds = time.perf_counter() - begin
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"{seconds} {peak / 1024}")


def measured(starts: int, workers: int) -> tuple[float, float]:
    command = [sys.executable, __file__, "--one", str(starts), str(workers)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, memory = text.split()
    return float(seconds), float(memory)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--one", nargs=2, type=int)
    parser.add_argument("--most", type=int, default=COUNTS[-1])
    options = parser.parse_args()
    if options.one:
        one(*options.one)
        return 0
    print(f"{'starts':>8} {'processes':>9} {'seconds':>8} {'ms per start':>12} {'peak MB':>8}")
    per_start = {}
    for starts in (each for each in COUNTS if each <= options.most):
        seconds, memory = measured(starts, 1)
        per_start[starts] = 1e3 * seconds / starts
        print(f"{starts:>8} {1:>9} {seconds:>8.2f} {per_start[starts]:>12.3f} {memory:>8.0f}")
    pair = min(10_000, options.most)
    alone = per_start[pair] * pair / 1e3
    together, memory = measured(pair, 2)
    print(
        f"{pair:>8} {2:>9} {together:>8.2f} {1e3 * together / pair:>12.3f} {memory:>8.0f}\n\n"
        f"two processes: {alone / together:.2f} times as fast"
    )
    large = [cost for starts, cost in per_start.items() if starts >= 1_000]
    growth = max(large) / min(large)
    print(f"cost per start from 1,000 starts on: largest / smallest = {growth:.2f}")
    holds = alone / together >= CLAIMED_SPEED_UP and growth <= CLAIMED_GROWTH
    print(f"claim {'holds' if holds else 'FAILS'}: >= {CLAIMED_SPEED_UP} times, linear cost")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
