"""The [model] table."""

from __future__ import annotations

from typing import Any

from pgb.models import Activation, Expression, Model, Network, activation
from pgb.problem_files.mistakes import Table, describe

_KEYS = {
    "network": ("kind", "layers", "activation", "output_activation", "bias"),
    "expression": ("kind", "inputs", "parameters", "outputs"),
}


def read_model(table: Table) -> Model | None:
    """The model, or None after noting what is wrong with it."""
    kind = table.text("kind", tuple(_KEYS))
    if kind is None:
        if "kind" not in table:
            table.missing("kind", "'network' or 'expression'")
        return None
    table.check_keys(_KEYS[kind])
    return _network(table) if kind == "network" else _expression(table)


def _network(table: Table) -> Network | None:
    layers = _layers(table)
    hidden = _hidden_activations(table, None if layers is None else len(layers) - 2)
    output = _activation(
        table, "output_activation", table.values.get("output_activation", "identity")
    )
    bias = table.flag("bias", True)
    if layers is None or hidden is None or output is None:
        return None
    with table.mistakes.under(table.key, _KEYS["network"]):
        return Network(layers, activation=hidden, output_activation=output, bias=bias)
    return None


def _layers(table: Table) -> list[int] | None:
    expected = "a list of at least two positive integers such as [2, 3, 1]"
    if "layers" not in table:
        table.missing("layers", expected)
        return None
    layers = table.values["layers"]
    if not isinstance(layers, list):
        table.wrong("layers", expected)
        return None
    bad = [width for width in layers if type(width) is not int or width < 1]
    if bad:
        table.mistakes.add(table.path("layers"), describe(bad[0]) + " among the widths", expected)
    elif len(layers) < 2:
        table.wrong("layers", expected)
    else:
        return layers
    return None


def _hidden_activations(table: Table, hidden: int | None) -> list[Activation] | None:
    spec = table.values.get("activation")
    if spec is None:
        if hidden == 0:
            return []
        table.missing("activation", "a name such as 'tanh', or one for each hidden layer")
        return None
    if not isinstance(spec, list):
        one = _activation(table, "activation", spec)
        return None if one is None or hidden is None else [one] * hidden
    found = [_activation(table, f"activation[{place}]", entry) for place, entry in enumerate(spec)]
    if hidden is not None and len(spec) != hidden:
        table.wrong("activation", f"{hidden}, one for each hidden layer")
        return None
    known = [entry for entry in found if entry is not None]
    return known if len(known) == len(found) else None


def _activation(table: Table, name: str, spec: Any) -> Activation | None:
    with table.mistakes.under(table.path(name)):
        return activation(spec)
    return None


def _expression(table: Table) -> Expression | None:
    found = {name: table.strings(name) for name in ("inputs", "parameters", "outputs")}
    for name in ("inputs", "outputs"):
        if name not in table:
            table.missing(name, "a list of strings")
    inputs, outputs = found["inputs"], found["outputs"]
    parameters = found["parameters"] if "parameters" in table else []
    if inputs is None or parameters is None or outputs is None:
        return None
    if not outputs:
        table.wrong("outputs", "at least one formula")
        return None
    with table.mistakes.under(table.key, _KEYS["expression"]):
        return Expression(inputs=inputs, parameters=parameters, outputs=outputs)
    return None
