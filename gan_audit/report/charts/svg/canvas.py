"""Primitives of the static drawings."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

WIDTH = 720
"""Width of every figure in its own units; on paper and on a wide screen one unit is about one pixel."""
INK = "#1F2933"
MUTED = "#4A5568"
GRID = "#E1E5EA"
LETTER = 6.9
"""Width of a letter at the figures' size of 11, in the widest of the usual faces."""
DASHES = {"solid": "", "dash": "7 4", "dot": "2 3", "dashdot": "8 3 2 3"}


class Canvas:
    """Collects elements and writes them as one `<svg>`."""

    def __init__(self, height: float, width: float = WIDTH) -> None:
        self.width = width
        self.height = height
        self._parts: list[str] = []

    def add(self, tag: str, text: str = "", /, **attributes: str | float) -> None:
        """One element; `stroke_width=2` is written `stroke-width="2"`, an empty string is left out."""
        written = "".join(f' {key.replace("_", "-")}="{_attribute(v)}"' for key, v in attributes.items() if v != "")
        self._parts.append(f"<{tag}{written}>{escape(text, quote=False)}</{tag}>" if text else f"<{tag}{written}/>")

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: str | float) -> None:
        """A straight line."""
        self.add("path", d=f"M{short(x1)} {short(y1)}L{short(x2)} {short(y2)}", **attributes)

    def polyline(self, points: Iterable[tuple[float, float] | None], **attributes: str | float) -> None:
        """A line through the points; a None lifts the pen."""
        steps: list[str] = []
        pen = "M"
        for point in points:
            if point is None:
                pen = "M"
                continue
            steps.append(f"{pen}{short(point[0])} {short(point[1])}")
            pen = "L"
        if steps:
            self.add("path", d="".join(steps), fill="none", **attributes)

    def text(self, x: float, y: float, text: str, **attributes: str | float) -> None:
        """Text with its baseline at y."""
        self.add("text", text or " ", x=x, y=y, **attributes)

    def svg(self) -> str:
        """The drawing."""
        size = f'viewBox="0 0 {short(self.width)} {short(self.height)}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} width="{short(self.width)}" height="{short(self.height)}"'
            f' font-family="system-ui, sans-serif" font-size="11" fill="{INK}">{"".join(self._parts)}</svg>'
        )


def short(value: float) -> str:
    """A coordinate to a tenth of a unit."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def _attribute(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else short(value)
