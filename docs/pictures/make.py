"""Draw the pictures of docs/pictures.md again: ``python docs/pictures/make.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import pgb
from pgb.pictures import Plane, plot_disconnectivity, plot_escapes, plot_slice, plot_values, save

HERE = Path(__file__).resolve().parent
DOTS_PER_INCH = 160


def waves(weight_decay: float | None) -> pgb.Objective:
    """A 2-3-1 tanh network and 20 points of y = sin(2 x1) + 0.3 x2^2."""
    random = np.random.default_rng(0)
    x = random.normal(size=(20, 2))
    y = np.sin(2 * x[:, :1]) + 0.3 * x[:, 1:] ** 2
    network = pgb.Network([2, 3, 1], activation="tanh")
    return pgb.Objective(network, pgb.Data(x, y), weight_decay=weight_decay)


def main() -> None:
    """Search twice and draw four pictures."""
    landscape = pgb.search(waves(0.001), starts=1000, saddles=3000)
    save(plot_values(landscape), HERE / "values.png", DOTS_PER_INCH)
    save(plot_disconnectivity(landscape), HERE / "disconnectivity.png", DOTS_PER_INCH)
    marked = [landscape.points.index(minimum) for minimum in landscape.minima[:3]]
    a, b, c = (landscape.points[place].parameters for place in marked)
    plane = Plane.through(a, b, c, [f"point {place + 1}" for place in marked])
    save(plot_slice(landscape, plane, marked=marked), HERE / "slice.png", DOTS_PER_INCH)
    without_decay = pgb.search(waves(None), starts=300)
    save(plot_escapes(without_decay), HERE / "escapes.png", DOTS_PER_INCH)


if __name__ == "__main__":
    main()
