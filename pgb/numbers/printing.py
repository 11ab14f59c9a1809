"""Closed forms as text that the project's own grammar reads back to the same form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flint import fmpq

if TYPE_CHECKING:
    from pgb.numbers.kernels import Kernel, Monomial

_LARGEST_EXPONENT = 1000  # of the grammar
_HALF = fmpq(1, 2)


def monomial_key(monomial: Monomial) -> list[tuple[str, Any]]:
    """The order of monomials: by the text of their kernels, then by exponent."""
    return [(kernel.text, exponent) for kernel, exponent in monomial]


def kernel_text(kind: str, payload: Any) -> str:
    """The text of a kernel to the power 1 (1/2 where only fractional powers occur)."""
    if kind == "pi":
        return "pi"
    if kind == "exp":
        monomial, denominator = payload
        return f"exp({quotient_text({monomial: fmpq(1)}, denominator)})"
    name = "sqrt" if kind in ("integer", "radical") else kind
    return f"{name}({payload})"


def quotient_text(
    numerator: Mapping[Monomial, fmpq], denominator: Iterable[tuple[Any, int]]
) -> str:
    """The text of a sum of terms divided by powers of polynomials."""
    text = terms_text(numerator)
    factors = sorted((str(factor), power) for factor, power in denominator)
    if factors and len(numerator) > 1:
        text = f"({text})"
    for factor, power in factors:
        if power <= 8:  # one division at a time: so the factor is read back as it is
            text += f"/({factor})" * power
        else:
            text += "".join(f"/({factor}){part}" for part in _integer_powers(power))
    return text


def terms_text(terms: Mapping[Monomial, fmpq]) -> str:
    """The text of a sum of terms, in the order of their monomials."""
    pieces: list[str] = []
    for monomial in sorted(terms, key=monomial_key):
        coefficient = terms[monomial]
        negative = coefficient < 0
        text = _term_text(-coefficient if negative else coefficient, monomial)
        if pieces:
            pieces.append(f" - {text}" if negative else f" + {text}")
        else:
            pieces.append(f"-{text}" if negative else text)
    return "".join(pieces)


def _term_text(coefficient: fmpq, monomial: Monomial) -> str:
    above: list[str] = []
    below: list[str] = []
    for kernel, exponent in monomial:
        if exponent > 0 or kernel.kind == "exp":
            above.extend(_power_texts(kernel, exponent))
        else:
            below.extend(_power_texts(kernel, -exponent))
    if coefficient != 1 or not above:
        above.insert(0, str(coefficient))
    return "*".join(above) + "".join(f"/{text}" for text in below)


def _power_texts(kernel: Kernel, exponent: Any) -> list[str]:
    if kernel.kind == "exp":
        monomial, denominator = kernel.payload
        return [f"exp({quotient_text({monomial: fmpq(1) * exponent}, denominator)})"]
    if isinstance(exponent, int):
        return [kernel.text + part for part in _integer_powers(exponent)]
    inside = str(kernel.payload) if kernel.is_base else kernel.text
    if exponent.q == 2 and abs(int(exponent.p)) <= _LARGEST_EXPONENT:
        return [f"sqrt({inside})" + part for part in _integer_powers(int(exponent.p))]
    return [f"exp({exponent}*log({inside}))"]


def _integer_powers(power: int) -> list[str]:
    """The power as a product of powers that the grammar allows: ["^1000", "^7"], [""] for 1."""
    full, rest = divmod(power, _LARGEST_EXPONENT)
    parts = [f"^{_LARGEST_EXPONENT}"] * full
    if rest == 1:
        parts.append("")
    elif rest:
        parts.append(f"^{rest}")
    return parts
