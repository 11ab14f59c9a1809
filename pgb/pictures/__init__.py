"""Pictures of searched landscapes, as matplotlib figures (extra ``plot``)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgb.pictures.disconnectivity import plot_disconnectivity
    from pgb.pictures.escapes import plot_escapes
    from pgb.pictures.planes import Plane
    from pgb.pictures.saving import save
    from pgb.pictures.slices import plot_slice
    from pgb.pictures.values import plot_values

__all__ = [
    "Plane",
    "plot_disconnectivity",
    "plot_escapes",
    "plot_slice",
    "plot_values",
    "save",
]

_HOMES = {
    "Plane": "planes",
    "plot_disconnectivity": "disconnectivity",
    "plot_escapes": "escapes",
    "plot_slice": "slices",
    "plot_values": "values",
    "save": "saving",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pgb.pictures' has no attribute {name!r}")
    return getattr(import_module(f"pgb.pictures.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names and the module's own."""
    return sorted(set(__all__) | set(globals()))
