"""Proofs about candidates, and the certificates that carry them to another machine.

``checking`` stands alone, with ``checker.py`` as its program; the face is lazy, so that verifying
imports nothing else.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgb.certificates.certificate import Certificate, build, load, verify
    from pgb.certificates.export import export_problem

__all__ = ["Certificate", "build", "export_problem", "load", "verify"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "export" if name == "export_problem" else "certificate"
    return getattr(importlib.import_module(f"pgb.certificates.{module}"), name)
