"""A page of HTML as a test reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "link", "path", "circle", "rect", "use", "hr", "input", "wbr"}


@dataclass
class Element:
    """A tag with its attributes, its ancestors and the text inside it."""

    tag: str
    attributes: dict[str, str]
    ancestors: tuple[str, ...]
    text: str = ""
    children: list[Element] = field(default_factory=list)


class Page(HTMLParser):
    """Every element of a page in order; scripts and styles apart."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute stands twice in <{tag}>"
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(x.tag for x in self._open))
        self.elements.append(element)
        if self._open:
            self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self._open, f"</{tag}> closes nothing"
            assert self._open.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        for element in self._open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """Every element of one tag."""
        return [element for element in self.elements if element.tag == tag]

    def by_id(self, id: str) -> Element:
        """The one element of an id."""
        (found,) = [element for element in self.elements if element.attributes.get("id") == id]
        return found

    @property
    def visible(self) -> str:
        """The text a reader sees."""
        body = next(element for element in self.elements if element.tag == "body")
        text = body.text
        for script in self.all("script"):
            text = text.replace(script.text, "")
        return text
