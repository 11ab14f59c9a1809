"""Claims of completeness: their form and their words."""

from __future__ import annotations

from typing import Any

from .reading import fields, listed, need

COMPLETE = "COMPLETE"


def is_list(claim: Any) -> bool:
    """Whether a claim is one of completeness."""
    return isinstance(claim, dict) and claim.get("verdict") == COMPLETE


def list_words(claim: Any) -> str:
    """The claim in words, from its structure; refused if it has no meaning."""
    _, about, points, _ = fields(claim, "verdict about points", "words")
    kind, low, high = fields(about, "kind low high")
    size = len(listed(low))
    need(kind == "box" and len(listed(high)) == size > 0, "the claim is about no box")
    inside, near = [], 0
    for point in listed(points):
        center, radii, index, border = fields(point, "center radii index border")
        need(len(listed(center)) == len(listed(radii)) == size, "a point has a wrong size")
        need(type(index) is int and 0 <= index <= size, "found an impossible index")
        need(type(border) is bool, "border is neither true nor false")
        near += border
        inside += [] if border else [index]
    besides = f"besides {counted(near, 'critical point')} inside or just outside, " if near else ""
    text = f"{besides}the box holds {counted(len(inside), 'critical point')}"
    text += " (all nondegenerate)" if inside else ""
    parts = [counted(inside.count(k), name(k, size)) for k in range(size + 1) if inside.count(k)]
    text += f": {', '.join(parts)}" if parts else ""
    return text + "; and no other critical point"


def counted(number: int, what: str) -> str:
    """A number of things."""
    noun, _, rest = what.partition(" of ")
    plural = {"local minimum": "local minima", "local maximum": "local maxima"}
    noun = noun if number == 1 else plural.get(noun, noun + "s")
    return f"{number or 'no'} {noun}" + (f" of {rest}" if rest else "")


def name(index: int, size: int) -> str:
    """What a nondegenerate critical point of a Morse index is."""
    if index == 0:
        return "local minimum"
    return "local maximum" if index == size else f"saddle point of index {index}"
