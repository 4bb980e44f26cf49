"""No secret passes the filter, however it is written; ordinary text passes as it is."""

from __future__ import annotations

import base64
import html
import json
import string
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgkit import redaction
from orgkit.redaction import MASK, cleaned, is_telling, learn, learn_all, learn_url, redacted

SECRET = "wJalr/XUtnFEMI+K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = "FwoGZXIvYXdzEBYaDH" + "q7Zt3/+" * 60 + "ENDofTOKEN=="
_ALPHABET = string.ascii_letters + string.digits + "/+=_-.!#$%&*@"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins with a filter that knows nothing."""
    with monkeypatch.context() as patch:
        patch.setattr(redaction, "_known", type(redaction._known)())
        patch.setattr(redaction, "_index", {})
        patch.setattr(redaction, "_short", {})
        yield


def _wrapped(text: str) -> str:
    return "\r\n".join(text[i : i + 9] for i in range(0, len(text), 9))


WAYS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "URL-encoded": lambda s: quote(s, safe=""),
    "URL-encoded, lower case": lambda s: quote(s, safe="").replace("%2F", "%2f"),
    "URL-encoded twice": lambda s: quote(quote(s, safe=""), safe=""),
    "URL-encoded three times": lambda s: quote(quote(quote(s, safe=""), safe=""), safe=""),
    "form": quote_plus,
    "JSON": json.dumps,
    "JSON in JSON": lambda s: json.dumps(json.dumps(s)),
    "JSON, escaped": lambda s: "".join(f"\\u{ord(c):04x}" for c in s),
    "HTML": html.escape,
    "HTML twice": lambda s: html.escape(html.escape(s)),
    "HTML, by numbers": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "wrapped": _wrapped,
    "wrapped, escaped": lambda s: repr(_wrapped(s)),
    "coloured": lambda s: f"\x1b[31m{s[:7]}\x1b[0m\x1b[32m{s[7:]}\x1b[0m",
    "with a carriage return": lambda s: s + "\r",
    "first 12": lambda s: s[:12],
    "last 12": lambda s: s[-12:],
    "first 12, URL-encoded": lambda s: quote(s[:12], safe=""),
    "all but its first": lambda s: s[1:],
    "Base64": lambda s: base64.b64encode(s.encode()).decode(),
    "Base64 for URLs": lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
    "Base64 behind a name": lambda s: base64.b64encode(f"ada:{s}".encode()).decode(),
    "Base64 behind another": lambda s: base64.b64encode(f"adam:{s}".encode()).decode(),
}


def _gone(shown: str, secret: str) -> bool:
    """Tell that no 12 characters of a secret are left, in any way to write it."""
    coded = base64.b64encode(secret.encode()).decode().rstrip("=")
    left = redaction._plain(shown)
    pieces = [secret[i : i + 12] for i in range(len(secret) - 11)] or [secret]
    pieces += [coded[i : i + 16] for i in range(0, len(coded) - 15, 4)]
    return not any(redaction._plain(piece) in left for piece in pieces)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("secret", [SECRET, TOKEN], ids=["secret", "token"])
def test_a_known_secret_is_masked_however_it_is_written(way: str, secret: str) -> None:
    """F9: AWS, a proxy, a process or a library may quote it in any of these ways."""
    learn(secret)
    shown = redacted(f'before <a href="{WAYS[way](secret)}"> after')
    assert MASK in shown
    assert _gone(shown, secret)
    assert shown.startswith("before <a href=")
    assert shown.endswith(" after")


@given(
    secret=st.text(_ALPHABET, min_size=16, max_size=90).filter(lambda s: is_telling(s)),
    way=st.sampled_from([w for w in WAYS if "12" not in w and "all but" not in w]),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_any_secret_in_any_way_between_any_text(
    secret: str, way: str, before: str, after: str
) -> None:
    """Secrets are random characters, and so is what stands around them."""
    learn(secret)
    assert _gone(redacted(before + " | " + WAYS[way](secret) + " | " + after), secret) or (
        len(redaction._plain(secret)) < 12
    )


@given(data=st.data())
def test_any_cut_of_12_characters_is_masked_at_both_ends_of_a_token(data: st.DataObject) -> None:
    """A message that is cut at a length shows the beginning or the end of a token."""
    learn(TOKEN)
    length = data.draw(st.integers(12, len(TOKEN)))
    piece = data.draw(st.sampled_from([TOKEN[:length], TOKEN[-length:]]))
    assert redacted(f"x {piece} y") == f"x {MASK} y"


PATTERNS = [
    ("http://ada:hunter2@proxy:8080/x", "hunter2"),
    ("http://ada:p#ss/w@rd?1@proxy:8080", "p#ss/w@rd?1"),
    ("Failed to parse: http://ada:p", "p"),
    ("see https://ghp_abcdefghij@github.com/x", "ghp_abcdefghij"),
    ("Authorization: AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=abc123", "abc123"),
    ('{"Authorization": "Bearer abc.def"}', "abc.def"),
    ("authorization:Basic YWRhOmh1bnRlcjI=", "YWRhOmh1bnRlcjI="),
    ("with Bearer eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJub25lIn0"),
    ("x-amz-security-token:FwoGINVENTED", "FwoGINVENTED"),
    ("X-Amz-Security-Token=FwoG%2FINVENTED&X-Amz-Date=1", "INVENTED"),
    ("?X-Amz-Signature=0a1b2c3d&x=1", "0a1b2c3d"),
    ("aws_secret_access_key = abc/def+ghi", "abc/def+ghi"),
    ("AWS_SESSION_TOKEN=abc", "abc"),
    ('{"SecretAccessKey": "abc/def", "x": 1}', "abc/def"),
    ("{'SessionToken': 'abc/def'}", "abc/def"),
    ('{\\"accessToken\\": \\"abc/def\\"}', "abc/def"),
    ("<SecretAccessKey>abc/def</SecretAccessKey>", "abc/def"),
    ("ORGKIT_SMTP_PASSWORD=hunter2", "hunter2"),
    ("login of ada with password=hunter2 failed", "hunter2"),
    ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----", "MHcCAQEE"),
    ("-----BEGIN PRIVATE KEY-----\nMHcCAQEE", "MHcCAQEE"),
]


@pytest.mark.parametrize(("text", "secret"), PATTERNS)
def test_a_secret_beside_its_name_is_masked_though_nobody_knows_it(text: str, secret: str) -> None:
    """F10: what a process or a proxy of others prints was never learned."""
    shown = redacted(text)
    assert MASK in shown
    assert secret not in shown.removeprefix("Failed to parse: http")
    assert redacted(shown) == shown


ORDINARY = [
    "The simulator answers at http://127.0.0.1:5000/x?mail=ada@example.com",
    "Write HTTPS_PROXY as http://host:port, without quotes.",
    "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html",
    "arn:aws:sts::111111111111:assumed-role/Admin/ada@example.com",
    "Check the secret access key of the profile and the clock of this machine.",
    "The answer to GetObject was AuthorizationHeaderMalformed. Basic support is enough.",
    "any simulator testing 111111111111 organization",
    "session = open(aws_session_token=credentials['SessionToken'], profile=None)",
    "smtps://ada@mail.example.com:465",
    "C:\\new\\table, 50%25 off &amp; done",
    "s3://bucket/a@b",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_passes_as_it_is(text: str) -> None:
    """A filter that wrecks what people read would be turned off."""
    learn("any", "simulator", "testing", "111111111111", "Testing", "x1", SECRET)
    assert redacted(text) == text


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        *[(t, False) for t in ("", "any", "simulator", "Simulator", "p#1", "1" * 40)],
        *[(t, True) for t in ("hunter2", "p#ssword", "FwoGINVENTED", "FwoGInve", "a" * 12)],
    ],
)
def test_what_is_looked_for(text: str, telling: bool) -> None:
    """Too plain a secret would mask words that mean something else."""
    assert is_telling(text) is telling


@given(text=st.text())
def test_text_without_a_secret_keeps_every_character_of_its_facts(text: str) -> None:
    """Facts are changed only where they hold a secret that is in use."""
    learn(SECRET, TOKEN)
    assert redaction.without_known(text) == text


def test_a_nested_value_is_cleaned_in_names_and_values() -> None:
    """Answers, outputs and messages are dicts in lists in dicts."""
    learn(SECRET)
    data = {SECRET: [{"a": f"x{SECRET}"}, 1, None, True], "note": "password=x"}
    assert cleaned(data) == {MASK: [{"a": f"x{MASK}"}, 1, None, True], "note": f"password={MASK}"}
    assert cleaned("password=x", facts=True) == "password=x"


def test_secrets_of_an_answer_are_learned_by_their_names() -> None:
    """STS, Identity Center, caches and profiles name them each in its own way."""
    learn_all({"Credentials": {"SecretAccessKey": SECRET, "SessionToken": TOKEN, "x": [1]}})
    learn_all([{"accessToken": "sso-Access-1234"}, {"endpoint_url": "http://a:pass-word1@x"}])
    shown = redacted(f"{SECRET} {TOKEN} sso-Access-1234 pass-word1")
    assert shown == " ".join([MASK] * 4)


@pytest.mark.parametrize("address", ["http://ada:s#cret-1/2@proxy:1", "ada:s#cret-1/2@proxy"])
def test_the_password_of_a_url_is_known_in_its_parts(address: str) -> None:
    """F10: a parser cuts a password with # in two and quotes one of them."""
    learn_url(address)
    assert redacted("user ada, port cret-1") == f"user ada, port {MASK}"
    assert redacted("s#cret-1/2") == MASK


def test_old_secrets_are_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watch of many accounts learns new ones for hours."""
    monkeypatch.setattr(redaction, "_KEPT", 80)
    for number in range(40):
        learn(f"{SECRET}{number:04d}")
    assert len(redaction._known) == 80
    pieces = {place.secret for places in redaction._index.values() for place in places}
    assert pieces <= set(redaction._known)


def test_a_large_page_passes_unchanged() -> None:
    """A report of 5,000 accounts is a megabyte; 44 roles have 88 secrets."""
    for number in range(44):
        learn(f"{SECRET}{number:04d}", f"{TOKEN}{number:04d}")
    page = "<td>Account 1234 ada@example.com &amp; more</td>\n" * 20_000
    assert redacted(page) == page
