"""Write docs/examples from the examples: ``python docs/example_pages.py [NAME...]``.

Pages, pictures (matplotlib) and certificates; without names all of them, and what belongs to no
example any more is deleted.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from counterexamples import Example, examples, find
from counterexamples.kit.certification import certify
from counterexamples.kit.drawing import draw
from counterexamples.kit.pages import index, page

DOCS = Path(__file__).resolve().parent
FOLDER = DOCS / "examples"
HOW_TO = DOCS / "add-an-example.md"
BLOCK = re.compile(r"(<!-- file: (\S+) -->\n\n```python\n)(.*?)(```\n)", re.DOTALL)


def filled(text: str) -> str:
    """The how-to with the files that it quotes as they are now."""

    def quoted(match: re.Match[str]) -> str:
        return match[1] + (DOCS.parent / match[2]).read_text(encoding="utf-8") + match[4]

    return BLOCK.sub(quoted, text)


def write(example: Example) -> None:
    """The page, the picture and the certificates of one example."""
    (FOLDER / f"{example.name}.md").write_text(page(example), encoding="utf-8")
    if example.picture is not None:
        draw(example, FOLDER / f"{example.name}.png")
    shutil.rmtree(FOLDER / "certificates" / example.name, ignore_errors=True)
    refused = [c for c in certify(example, FOLDER / "certificates") if c.accepted is False]
    if refused:
        raise SystemExit(f"{example.name}: {refused[0].claim.text}: {refused[0].sentence}")


def delete_others(known: Sequence[Example]) -> None:
    """Delete what belongs to no example."""
    names = {example.name for example in known} | {"README", "certificates"}
    for path in [*FOLDER.iterdir(), *(FOLDER / "certificates").iterdir()]:
        if path.stem not in names:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def main(names: Sequence[str]) -> None:
    """Write the pages of the named examples, or of all."""
    (FOLDER / "certificates").mkdir(parents=True, exist_ok=True)
    for example in [find(name) for name in names] or examples():
        write(example)
    if not names:
        delete_others(examples())
    (FOLDER / "README.md").write_text(index(examples()), encoding="utf-8")
    HOW_TO.write_text(filled(HOW_TO.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
