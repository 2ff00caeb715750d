"""Long lines: wrapped under their beginning for people, whole for programs that read them."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

_HANGING = 4


def print_paragraph(console: Console, text: Text | str, indent: int = 0) -> None:
    """Print `text` behind `indent` blanks; on a terminal later lines hang a little deeper."""
    paragraph = Text(text) if isinstance(text, str) else text
    if not console.is_terminal or len(paragraph) + indent <= console.width:
        console.print(Text(" " * indent) + paragraph, soft_wrap=True)
        return
    first, *rest = paragraph.wrap(console, max(20, console.width - indent - _HANGING))
    first.rstrip()
    console.print(Padding(first, (0, 0, 0, indent)))
    for line in rest:
        line.rstrip()
        console.print(Padding(line, (0, 0, 0, indent + _HANGING)))
