"""The problem that a certificate is about.

Q(theta) = sum_i c_i l(phi(theta, x_i), y_i) + R(theta) with c_i > 0, l >= 0 convex in its first
argument and R = sum_j quadratic_j theta_j^2 + absolute_j |theta_j| with nonnegative coefficients;
without units, the sum times 1 + (a e^b - 1)^2, plus R. Parameters follow each other as W1 (row by
row), b1, W2, b2, ..., or as listed; then a, b, W of an elimination, or a, b without units.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from .exact import ONE, ZERO, is_zero, sign
from .functions import ACTIVATIONS
from .losses import LOSSES
from .reading import fields, listed, need
from .trees import exact, is_tree, number

KINDS = ("network", "expression")


class Problem:
    """A problem read from its JSON form, every shape and hypothesis on signs checked."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        data, model, loss, self.reduction, regularizer, elimination = fields(
            raw, "data model loss reduction regularizer elimination"
        )
        inputs, targets, weights = fields(data, "inputs targets weights")
        self.x = [[number(v) for v in listed(row)] for row in listed(inputs)]
        self.samples = len(self.x)
        need(self.samples > 0 and len({len(row) for row in self.x}) == 1, "inputs are not a matrix")
        self.d_x = len(self.x[0])
        need(self.reduction in ("mean", "sum"), "reduction is neither mean nor sum")
        self.read_model(model)
        self.read_loss(loss, listed(targets, self.samples))
        self.read_weights(weights)
        self.read_elimination(elimination)
        quadratic, absolute = fields(regularizer, "quadratic absolute")
        self.quadratic = [number(v) for v in listed(quadratic, self.size)]
        self.absolute = [number(v) for v in listed(absolute, self.size)]
        for value in [*self.quadratic, *self.absolute]:
            need(sign(exact(value)) >= 0, "a coefficient of the regularizer is negative")
        self.penalized = {
            j
            for j in range(self.size)
            if not (is_zero(exact(self.quadratic[j])) and is_zero(exact(self.absolute[j])))
        }
        self.intact = self.is_intact()

    def read_model(self, model: Any) -> None:
        """Widths and activations, or names and trees."""
        need(isinstance(model, dict) and model.get("kind") in KINDS, "found an unknown model")
        self.kind = model["kind"]
        if self.kind == "expression":
            _, self.inputs, self.names, self.trees = fields(model, "kind inputs parameters outputs")
            names = [*listed(self.inputs, self.d_x), *listed(self.names)]
            need(all(isinstance(name, str) for name in names), "a name is not a string")
            need(len(set(names)) == len(names), "a name is given twice")
            self.base, self.d_y = len(self.names), len(listed(self.trees))
            need(self.d_y > 0, "the model has no outputs")
            return
        _, self.layers, hidden, last, self.bias = fields(
            model, "kind layers activations output_activation bias"
        )
        ok = all(type(n) is int and 0 < n <= 10_000 for n in listed(self.layers))
        need(ok and len(self.layers) >= 2 and self.layers[0] == self.d_x, "layers are wrong")
        need(type(self.bias) is bool, "bias is neither true nor false")
        self.activations = []
        for act in [*listed(hidden, len(self.layers) - 2), last]:
            name, slopes = fields(act, "name", "slopes")
            need(
                name in ACTIVATIONS and (name == "leaky-relu") == (slopes is not None), "activation"
            )
            chosen = None if slopes is None else tuple(exact(number(v)) for v in listed(slopes, 2))
            self.activations.append((name, chosen))
        pairs = list(zip(self.layers, self.layers[1:], strict=False))
        self.starts = [
            sum(n * (k + self.bias) for k, n in pairs[:i]) for i in range(len(pairs) + 1)
        ]
        self.base, self.d_y = self.starts[-1], self.layers[-1]

    def read_loss(self, loss: Any, targets: list[Any]) -> None:
        """The loss, its options, and targets that fit it."""
        name, smoothing, degree, delta = fields(loss, "name", "label_smoothing degree delta")
        need(name in LOSSES, "found an unknown loss")
        self.function, self.factor, self.smoothness, kind = LOSSES[name]
        given = {"label_smoothing": smoothing, "degree": degree, "delta": delta}
        wanted = {
            "cross-entropy": "label_smoothing",
            "polynomial-hinge": "degree",
            "huber": "delta",
        }
        extra = [key for key, value in given.items() if value is not None]
        need(extra in ([], [wanted.get(name)]), "the loss has options that it does not take")
        self.options: Any = (ONE, -ONE) if name == "absolute" else 1 if name == "hinge" else None
        if name == "polynomial-hinge":
            need(type(degree) is int and 2 <= degree <= 64, "the degree of the loss is wrong")
            self.options, self.smoothness = degree, degree - 1
        if name == "huber":
            self.options = exact(number(delta))
            need(sign(self.options) > 0, "delta is not positive")
        classes = all(type(v) is int for v in targets)
        self.classes = kind == "class" or (self.function == "hinge" and classes)
        if self.classes and classes:
            need(
                self.d_y > 1 and all(0 <= v < self.d_y for v in targets), "a class is out of range"
            )
            self.y = [[ONE if k == v else ZERO for k in range(self.d_y)] for v in targets]
        else:
            self.y = [[number(v) for v in listed(row, self.d_y)] for row in targets]
        if kind == "sign" and not self.classes:
            need(all(v in (ONE, -ONE) for row in self.y for v in row), "a target is not -1 or 1")
        if kind == "class":
            share = exact(number("0" if smoothing is None else smoothing))
            need(sign(share) >= 0 and sign(1 - share) > 0, "label_smoothing is not in [0, 1)")
            rows = [[exact(v) for v in row] for row in self.y]
            need(all(sign(v) >= 0 for row in rows for v in row), "a probability is negative")
            self.y = [[(1 - share) * v + share * sum(r, ZERO) / self.d_y for v in r] for r in rows]

    def read_weights(self, weights: Any) -> None:
        """The factors c_i, all positive."""
        rows = [["1"]] * self.samples if weights is None else listed(weights, self.samples)
        rows = [row if isinstance(row, list) and not is_tree(row) else [row] for row in rows]
        width = len(rows[0])
        need(width == 1 or (width == self.d_y and not self.classes), "weights have a wrong shape")
        self.c = [[exact(number(v)) for v in listed(row, width)] for row in rows]
        need(all(sign(v) > 0 for row in self.c for v in row), "a weight is not positive")
        if self.reduction == "mean":
            total = sum((v for row in self.c for v in row), ZERO) / width
            self.c = [[v / total for v in row] for row in self.c]

    def read_elimination(self, elimination: Any) -> None:
        """The transform and the number of parameters with it."""
        self.elimination, self.lam, self.penalty = None, ZERO, "squared"
        self.size = self.base
        if elimination is not None:
            self.elimination, lam, self.penalty = fields(elimination, "kind lambda penalty")
            self.lam = exact(number(lam))
            need(self.elimination in ("exponential", "without-units"), "unknown elimination")
            need(self.penalty in ("squared", "absolute") and sign(self.lam) >= 0, "wrong penalty")
            extra = self.d_y * (2 + self.d_x) if self.elimination == "exponential" else 2
            self.size += extra

    def is_intact(self) -> bool:
        """Whether the added neurons are penalized by squares of all a, with lambda, and no more."""
        if self.elimination is None:
            return False
        n, squared = self.d_y if self.elimination == "exponential" else 1, self.penalty == "squared"
        for j in range(self.base, self.base + n):
            coefficient = exact((self.quadratic if squared else self.absolute)[j])
            need(
                is_zero(coefficient - self.lam), "lambda is not the coefficient of the penalty on a"
            )
        pure = not self.penalized & set(range(self.base + n, self.size))
        plain = all(is_zero(exact(v)) for v in self.absolute[self.base :])
        exponential = self.elimination == "exponential" and squared
        return exponential and sign(self.lam) > 0 and pure and plain

    def groups(self) -> list[list[int]]:
        """The samples with exactly equal inputs."""
        known: dict[Any, list[int]] = {}
        for i, row in enumerate(self.x):
            values = [exact(v) for v in row]
            known.setdefault(tuple(map(str, values)), []).append(i)
        heads: list[tuple[list[Any], list[int]]] = []
        closed = any(not isinstance(v, fmpq) for row in self.x for v in row)
        for samples in known.values():
            values = [exact(v) for v in self.x[samples[0]]]
            for other, members in heads if closed else []:
                if all([sign(a - b) == 0 for a, b in zip(values, other, strict=True)]):
                    members += samples
                    break
            else:
                heads.append((values, samples))
        return [members for _, members in heads]
