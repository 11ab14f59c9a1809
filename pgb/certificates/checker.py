"""Check certificates: ``python checker.py FILE...``, with the folder ``checking`` beside this file.

The two can be copied anywhere together; they need Python and python-flint and nothing else.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    sys.exit(import_module("checking.program").main(sys.argv[1:]))
