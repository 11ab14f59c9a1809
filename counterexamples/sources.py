"""Papers that the phenomena are from, by name; statements and instances here are our own."""

from __future__ import annotations

ELIMINATION = (
    "Kawaguchi and Kaelbling, Elimination of All Bad Local Minima in Deep Learning (AISTATS 2020)"
)
INDUCED_MODEL = (
    "Kawaguchi, Huang and Kaelbling, Every Local Minimum Value Is the Global Minimum Value of "
    "Induced Model in Nonconvex Machine Learning (2019)"
)
