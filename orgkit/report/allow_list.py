"""What HTML may stand in a report: an allow-list that every piece passes, whoever made it.

A notebook is somebody's file, and whatever it claims to be may be claimed falsely. So nothing is
trusted with the page: our own blocks pass as well, and come out as they were. Known as ours, by
the mark in their metadata that no shown text can set, they keep the classes that give them their
look; HTML of others comes out as plain text, lists and tables.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import unquote
from xml.etree import ElementTree

import nh3
from markupsafe import Markup

from orgkit.views.blocks import trusted

_TEXT = {"br", "code", "del", "em", "p", "pre", "small", "span", "strong", "sub", "sup"}
_LISTS = {"dd", "div", "dl", "dt", "li", "ol", "ul", "blockquote", "section"}
_TABLES = {"caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_MEDIA = {"a", "figcaption", "figure", "hr", "img"}
_OTHERS = _TEXT | _LISTS | _TABLES | _MEDIA | {"b", "i"}
_PROSE = _OTHERS | {"h2", "h3", "h4", "h5", "h6"}  # the title of the page is its only h1
_OWN = _PROSE | {"abbr", "details", "summary", "progress"}
_SPANS = {"colspan", "rowspan", "scope"}
_ATTRIBUTES = {
    "progress": {"max", "value"},
    "abbr": {"title"},
    "details": {"open"},
    "a": {"href"},
    "img": {"alt", "src"},
    "td": _SPANS,
    "th": _SPANS,
    "ol": {"start"},
}
_LOOK = {"aria-current", "aria-hidden", "aria-label", "class", "role", "tabindex"}

_CLASS = re.compile(r"orgkit-[\w-]+|mathjax_ignore")
_LINK = re.compile(r"(https?://|mailto:)[^\s]+|#[\w.-]*", re.I)
_PIXELS = re.compile(r"data:image/(png|gif|jpeg|webp);base64,[A-Za-z0-9+/=\s]*")
_DRAWING = re.compile(r"data:image/svg\+xml(;base64)?(?:;charset=utf-8)?,(.*)", re.S)

# What a parser of HTML takes longest for, in seconds at worst by what there is of it, measured
# with the slowest shapes that we know. Nobody's notebook may keep a report from being made.
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_STYLING = re.compile(r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.I)
_BY_TAG, _BY_STYLING, _BY_LENGTH = 5e-9, 5e-7, 2e-11
WORST = 10.0  # seconds for a whole report


def own(html: str) -> Markup:
    """Pass a block of ours."""
    return _passed(_OWN_BLOCKS, html)


def foreign(html: str) -> Markup:
    """Pass HTML of others, which may not look like ours."""
    return _passed(_FOREIGN, html)


def prose(html: str) -> Markup:
    """Pass what prose of a notebook was rendered to."""
    return _passed(_RENDERED, html)


def says_something(html: str) -> bool:
    """Tell whether something can be seen in what passed: text or a picture."""
    return "src=" in html or bool(re.sub(r"<[^>]*>", "", html).strip())


def worst_case(html: str) -> float:
    """Estimate how many seconds a parser could be kept busy with this."""
    tags, styling = len(_MARKUP.findall(html)), len(_STYLING.findall(html))
    return _BY_TAG * tags**2 + _BY_STYLING * styling**2 + _BY_LENGTH * len(html) ** 2


def _passed(cleaner: nh3.Cleaner, html: str) -> Markup:
    return trusted(_visible(cleaner.clean(html)))


def _visible(html: str) -> str:
    """Make control and direction characters visible, wherever they stand."""
    if html.isprintable():
        return html
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\u{ord(c):04x}" for c in html)


def _attribute(look: bool, tag: str, name: str, value: str) -> str | None:
    """Give the value that an attribute may keep; None takes the attribute away."""
    if name in _LOOK:
        return _LOOKS.get(name, _as_it_is)(value) if look else None
    return _VALUES.get(name, _as_it_is)(value)


def _as_it_is(value: str) -> str | None:
    return value


def _classes(value: str) -> str | None:
    return " ".join(c for c in value.split(" ") if _CLASS.fullmatch(c) or not c)


def _address(value: str) -> str | None:
    return value if _LINK.fullmatch(value) else None


def _number(value: str) -> str | None:
    return value if re.fullmatch(r"\d{1,4}", value) else None


def _scope(value: str) -> str | None:
    return value if value in ("col", "row", "colgroup", "rowgroup") else None


def _picture(value: str) -> str | None:
    """Let through a picture that stands in the page itself, and a drawing that only draws."""
    if _PIXELS.fullmatch(value):
        return value
    found = _DRAWING.fullmatch(value)
    if found is None:
        return None
    try:
        text = base64.b64decode(found[2], validate=True) if found[1] else unquote(found[2]).encode()
        return value if only_draws(text) else None
    except (binascii.Error, ValueError):
        return None


_VALUES: Mapping[str, Callable[[str], str | None]] = {
    "href": _address,
    "src": _picture,
    "scope": _scope,
    "colspan": _number,
    "rowspan": _number,
    "start": _number,
    "max": _number,
    "value": _number,
}
_LOOKS: Mapping[str, Callable[[str], str | None]] = {"class": _classes, "tabindex": _number}

_SVG = "{http://www.w3.org/2000/svg}"
_METADATA = (
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}",
    "{http://purl.org/dc/",
    "{http://creativecommons.org/ns#}",
)
_SHAPES = {"svg", "g", "defs", "path", "text", "tspan", "use", "rect", "circle", "line", "title"}
_SHAPES |= {"ellipse", "polygon", "polyline", "clipPath", "pattern", "style", "metadata", "desc"}
_REFERENCE = re.compile(r"url\(\s*[\"']?(?!#)|@import|javascript:|expression\(|\\", re.I)


def only_draws(svg: bytes) -> bool:
    """Tell whether a drawing is made of shapes and text, without script or address outside."""
    # Entities could blow up or fetch; a drawing needs none.
    if b"<!ENTITY" in svg or len(svg) > 5_000_000:
        return False
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 - without entities there is nothing to expand
    except (ElementTree.ParseError, ValueError, LookupError):
        return False
    return root.tag in (f"{_SVG}svg", "svg") and all(_draws(element) for element in root.iter())


def _draws(element: ElementTree.Element) -> bool:
    tag = str(element.tag)
    if tag.startswith(_METADATA):
        return True
    shape = tag.removeprefix(_SVG) in _SHAPES
    texts = [*element.attrib.values(), element.text or ""]
    return (
        shape and not any(_REFERENCE.search(t) for t in texts) and all(map(_kept, element.items()))
    )


def _kept(attribute: tuple[str, str]) -> bool:
    name, value = attribute
    name = name.rpartition("}")[2].lower()
    if name in ("href", "src"):
        return value.startswith("#")
    return not name.startswith("on")


def _cleaner(tags: set[str], look: bool) -> nh3.Cleaner:
    attributes = {tag: _ATTRIBUTES.get(tag, set()) | (_LOOK if look else set()) for tag in tags}
    return nh3.Cleaner(
        tags=tags,
        attributes=attributes,
        attribute_filter=partial(_attribute, look),
        url_schemes={"http", "https", "mailto", "data"},  # `data` for pictures alone, see above
        generic_attribute_prefixes=set(),
    )


_OWN_BLOCKS, _FOREIGN, _RENDERED = (
    _cleaner(_OWN, True),
    _cleaner(_OTHERS, False),
    _cleaner(_PROSE, False),
)
