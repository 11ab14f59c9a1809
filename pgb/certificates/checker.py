"""Check certificates: ``python checker.py FILE...``, with the folder ``checking`` beside this file.

The two can be copied anywhere together; they need Python and python-flint and nothing else.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

_USAGE = "usage: checker.py FILE...   (exit code 0: accepted, 1: refused, 2: unreadable)"

if __name__ == "__main__":
    # Only alone, so that no call with a file in it ends with 0 unchecked.
    if sys.argv[1:] in ([], ["-h"], ["--help"]):
        print(_USAGE, file=sys.stdout if sys.argv[1:] else sys.stderr)
        sys.exit(0 if sys.argv[1:] else 2)
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    sys.exit(import_module("checking.program").main(sys.argv[1:]))
