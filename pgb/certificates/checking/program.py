"""The program: checks files and prints the claim in words and ACCEPTED or REFUSED.

Exit code: 0 accepted, 1 refused, 2 unreadable.
"""

from __future__ import annotations

import flint

from .certificate import check
from .claims import words
from .reading import Refused, Unreadable, read


def verify(path: str) -> tuple[int, str, str]:
    """Exit code, claim in words and sentence for a file."""
    precision, claim = flint.ctx.prec, ""
    try:
        value = read(path)
        claim = words(value.get("claim"))
        return 0, check(value), "every part of the claim is proved by the evidence"
    except Unreadable as error:
        return 2, "", f"{error}"
    except Refused as error:
        return 1, claim, f"{error}"
    except Exception as error:  # whatever a hostile file provokes proves nothing
        return 1, claim, f"the certificate cannot be evaluated ({type(error).__name__})"
    finally:
        flint.ctx.prec = precision


def main(paths: list[str]) -> int:
    """Check files; the largest exit code."""
    worst = 0 if paths else 2
    for path in paths:
        code, claim, sentence = verify(path)
        print(f"{path}: claims that {claim}" if claim else path)
        print(f"{('ACCEPTED', 'REFUSED', 'UNREADABLE')[code]}: {sentence}")
        worst = max(worst, code)
    return worst
