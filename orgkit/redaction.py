"""The one filter for all that is shown, logged or kept: no credential passes it.

It knows the secrets in use, which `learn` is told, and what a secret looks like where it stands
beside its name: in a URL, a header, an assignment, a PEM block. A known secret is found also
URL-encoded, escaped for JSON, HTML or a terminal, in Base64, broken by line ends, and cut.

What is too plain to be looked for is not learned, or it would wreck ordinary text: the simulator's
"simulator", an account id, anything of fewer than six characters. See `is_telling`.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import quote_plus, unquote

MASK = "[secret]"
CUT = 12  # a piece of a longer secret that gives it away
_GRAM = 6  # wherever CUT characters stand, one that begins at a multiple of this is whole
_WHOLE, _SPARSE = 64, 48  # of a longer one pieces at both ends are known, and some between
_KEPT = 8192  # the newest secrets, in all their forms: a watch renews them for hours

# What may stand between two characters of a secret, and how one may be written instead of itself.
# Both are undone to compare.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SPACES = [*range(0x21), *range(0x7F, 0xA1), *range(0x200B, 0x2010), *range(0x2028, 0x202F), 0xFEFF]
_BETWEEN = dict.fromkeys(_SPACES)
_WRITTEN = re.compile(
    r"%(?:25)*[0-9A-Fa-f]{2}"  # URL-encoded, however often
    r"|\\+(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[rnt])?"
    r"|&(?:amp;)*(?:#[0-9]{1,5}|#[xX][0-9A-Fa-f]{1,4}|lt|gt|quot|apos|amp);"
)
_NAMES = (
    r"(?:secret[_-]?(?:access[_-]?)?key|session[_-]?token|security[_-]?token|amz-signature"
    r"|passw(?:or)?d|client[_-]?secret|(?:access|refresh|id|bearer|auth|identity)[_-]?token"
    r"|api[_-]?key)"
)
_NAMED = re.compile(rf"(?i)(?:{_NAMES}|authorization[_-]?token|secret|token|password)\Z")
# What a secret looks like beside its name; what is called `kept` stays, and says whose it is.
_PATTERNS = (
    re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*KEY-----|\Z)", re.S),
    # A password in a URL may hold any character, an @ as well.
    re.compile(
        r"(?i)(?P<kept>\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@\"'<>]*:)(?![0-9]{1,5}/)[^\s\"'<>]+(?=@)"
    ),
    re.compile(r"(?i)(?P<kept>\bhttps?://)[^\s/:@\"'<>]+(?=@)"),
    # Cut by a parser before the @; what follows a host would be a port.
    re.compile(
        r"(?i)(?P<kept>\b(?:https?|socks\w{0,2}|smtps?)://[^\s/:@\"'<>\[\]{}]+:)"
        r"(?!(?:[0-9]{1,5}|port)\b)[^\s\"'<>@/{}\[\]]+"
    ),
    re.compile(
        r"(?i)(?P<kept>\b(?:proxy-)?authorization[\"']?+\s*+[:=]\s*+[\"']?+)"
        r"(?!\[secret\])[^\"'\r\n<>]+"
    ),
    re.compile(r"(?P<kept>\b(?:Bearer|Basic)\s+)(?=[\w+/=.~-]*[0-9A-Z+/=])[\w+/=.~-]{12,}"),
    # In an assignment, a header or JSON; a call or an item, as in a line of a program, is none.
    re.compile(
        rf"(?i)(?P<kept>\b[\w-]{{0,40}}{_NAMES}"
        r"(?:[\"'\\]*+\s*+=\s*+|[\"'\\]++\s*+:\s*+|:\s?+(?=\S{8}))(?:[bu](?=[\"']))?[\"'\\]*+)"
        r"(?!\[secret\]|none\b|[a-z_][\w.]*[\[(])[^\s\"'&,;<>{}()\\]+"
    ),
    re.compile(rf"(?i)(?P<kept><(?:\w{{1,20}}:)?{_NAMES}>)[^<>]+"),
)
_HINTS: tuple[str, ...] = (
    "://",
    "authorization",
    "bearer",
    "basic",
    "private key",
    "secret",
    "token",
    "passw",
)
_HINTS += ("signature", "api")


class _Place(NamedTuple):
    """Where a piece of text stands in a known secret."""

    secret: str
    at: int


_lock = Lock()
_known: OrderedDict[str, None] = OrderedDict()  # every form of every secret, the newest last
_index: dict[str, tuple[_Place, ...]] = {}  # pieces of them
_short: dict[str, None] = {}  # those that count as a whole only


def is_telling(secret: str) -> bool:
    """Tell whether a text can be looked for without hiding words that mean something else.

    From 12 characters on, unless they are digits only, as an account id is; from 6 on if letters
    are mixed with something else; from 8 on if capitals stand inside a word.
    """
    if len(secret) < _GRAM or secret.isdigit():
        return False
    if len(secret) >= CUT:
        return True
    mixed = not secret.isalpha() and any(c.isalpha() for c in secret)
    return mixed or (len(secret) >= 8 and not (secret.islower() or secret.istitle()))


def learn(*secrets: object) -> None:
    """Remember secrets for as long as this process lives; what is too plain is passed over."""
    for secret in secrets:
        if isinstance(secret, str) and is_telling(_plain(secret)):
            for form in _forms(secret):
                _remember(form)


def learn_url(address: object) -> None:
    """Remember the password in a URL, and its parts where it holds what splits a URL."""
    found = re.match(r"(?is)\s*(?:[a-z][a-z0-9+.-]*://)?[^:@/\s]*:(.+)@", str(address or ""))
    if found:
        learn(found[1], unquote(found[1]), *re.split(r"[#/?@:]", found[1]))


def learn_all(data: object) -> None:
    """Remember every secret in an answer, a cache or a profile, known by the name of its member."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            if _NAMED.search(str(name)):
                learn(value)
            elif isinstance(value, str) and "://" in value:
                learn_url(value)
            learn_all(value)
    elif isinstance(data, list | tuple):
        for item in data:
            learn_all(item)


def redacted(text: str) -> str:
    """Mask every secret in a text; text without one comes back as it is."""
    text = without_known(text)
    if _may_name(text.lower()):
        for pattern in _PATTERNS:
            text = pattern.sub(lambda found: f"{found.groupdict().get('kept') or ''}{MASK}", text)
    return text


def _may_name(lower: str) -> bool:
    # A loop of plain searches takes a tenth of what one search for any of them does.
    for hint in _HINTS:  # noqa: SIM110
        if hint in lower:
            return True
    return False


def without_known(text: str) -> str:
    """Mask the secrets that were learned, and nothing else: for facts, which must stay facts."""
    if len(text) < _GRAM or not _known:
        return text
    parts, done = list[str](), 0
    for start, end in _found(text):
        if start > done or not parts:  # else one piece of a secret follows another, or is in it
            parts += [text[done:start], MASK]
        done = max(done, end)
    return "".join(parts) + text[done:]


# The script and style of a widget (anywidget): in a program `token: f()` is no secret.
_PROGRAMS = ("_esm", "_css")


def cleaned(data: Any, *, facts: bool = False) -> Any:
    """Mask every secret in every text of a nested value; with `facts` only those learned."""
    change = without_known if facts else redacted
    if isinstance(data, str):
        return change(data)
    if isinstance(data, Mapping):
        return {
            change(name) if isinstance(name, str) else name: cleaned(
                value, facts=facts or name in _PROGRAMS
            )
            for name, value in data.items()
        }
    if isinstance(data, list | tuple):
        return [cleaned(item, facts=facts) for item in data]
    return data


# Known secrets: text and secret are compared in a form in which all ways to write them are one.


def _plain(text: str) -> str:
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    text = text.translate(_BETWEEN)
    if "%" in text or "\\" in text or "&" in text:
        text = _WRITTEN.sub(lambda found: _meant(found[0]), text)
    return text


def _meant(written: str) -> str:
    """Give the character that was written in some other way; "" for what only stands between."""
    escaped = written.lstrip("\\")
    if written[0] == "%":
        made = chr(int(written[-2:], 16))
    elif written[0] == "&":
        made = html.unescape(re.sub("^&(?:amp;)+", "&", written))
    elif escaped != written and escaped[:1] in ("u", "x"):
        made = chr(int(escaped[1:], 16))
    else:
        return ""
    return made if made.isprintable() and made not in " \\" else ""


def _forms(secret: str) -> set[str]:
    content = secret.encode("utf-8", "surrogatepass")
    forms = {_plain(secret), _plain(quote_plus(content))}
    for offset in range(3):  # in Base64 a text looks different at each of three offsets
        coded = b64encode(b"\0" * offset + content).decode().rstrip("=")
        # The characters at both ends depend on what stands beside it.
        inner = coded[(0, 2, 3)[offset] : len(coded) - bool((offset + len(content)) % 3)]
        forms |= {inner, inner.replace("+", "-").replace("/", "_")}
    return {form for form in forms if is_telling(form)}


def _remember(form: str) -> None:
    with _lock:
        if len(form) < CUT:
            _short[form] = None
        elif form not in _known:
            for at in _positions(len(form)):
                piece = form[at : at + _GRAM]
                _index[piece] = (*_index.get(piece, ()), _Place(form, at))
        _known[form] = None
        _known.move_to_end(form)
        if len(_known) > _KEPT:
            _forget(_known.popitem(last=False)[0])


def _forget(form: str) -> None:
    _short.pop(form, None)
    for at in _positions(len(form)):
        piece = form[at : at + _GRAM]
        left = tuple(place for place in _index.get(piece, ()) if place.secret != form)
        if left:
            _index[piece] = left
        else:
            _index.pop(piece, None)


def _positions(length: int) -> list[int]:
    """Where pieces of a secret are taken, so that one of them stands at a multiple in any text."""
    last = length - _GRAM
    if length <= _WHOLE:
        return list(range(last + 1))
    ends = [*range(_GRAM), *range(length - CUT, last)]
    between = (at + i for at in range(_SPARSE, last - _GRAM, _SPARSE) for i in range(_GRAM))
    return sorted({*ends, *between})


def _found(text: str) -> list[tuple[int, int]]:
    """Find known secrets and pieces of them, as places in the text as it is written."""
    plain = _plain(text)
    found = [*_whole(plain), *_pieces(plain)]
    if not found:
        return []
    starts, ends = _places(text)
    return sorted((starts[start], ends[end - 1]) for start, end in found)


def _whole(plain: str) -> Iterator[tuple[int, int]]:
    """Find secrets that are too short to be cut."""
    for secret in tuple(_short):
        at = plain.find(secret)
        while at >= 0:
            yield at, at + len(secret)
            at = plain.find(secret, at + 1)


def _pieces(plain: str) -> Iterator[tuple[int, int]]:
    at, last = 0, len(plain) - _GRAM
    while at <= last:
        if plain[at : at + _GRAM] in _index:
            start, end = _longest(plain, at)
            if end > at:
                yield start, end
                at = end - _GRAM
        at += _GRAM


def _longest(plain: str, at: int) -> tuple[int, int]:
    """Give the longest piece of a secret around a place that is long enough to tell it."""
    best = (0, 0)
    for secret, place in _index.get(plain[at : at + _GRAM], ()):
        start, end = _extent(plain, at, secret, place)
        if end - start >= CUT and end - start > best[1] - best[0]:
            best = (start, end)
    return best


def _extent(plain: str, at: int, secret: str, place: int) -> tuple[int, int]:
    """Follow secret and text to both sides for as long as they are the same."""
    start, before = at, place
    while start and before and plain[start - 1] == secret[before - 1]:
        start, before = start - 1, before - 1
    end, after = at + _GRAM, place + _GRAM
    while end < len(plain) and after < len(secret) and plain[end] == secret[after]:
        end, after = end + 1, after + 1
    return start, end


def _places(text: str) -> tuple[list[int], list[int]]:
    """Tell where each character of the compared form begins and ends in the text as written."""
    coloured = {i for found in _COLOUR.finditer(text) for i in range(*found.span())}
    kept = [i for i, c in enumerate(text) if ord(c) not in _BETWEEN and i not in coloured]
    left = "".join(text[i] for i in kept)
    starts, ends, done = list[int](), list[int](), 0
    for found in _WRITTEN.finditer(left):
        starts += kept[done : found.start()]
        ends += (i + 1 for i in kept[done : found.start()])
        done = found.end()
        if _meant(found[0]):
            starts.append(kept[found.start()])
            ends.append(kept[done - 1] + 1)
    return starts + kept[done:], ends + [i + 1 for i in kept[done:]]
