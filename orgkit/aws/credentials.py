"""Credentials: learned by the filter of secrets before anything can quote them, and checked.

A character that cannot stand in a header must be told before a request is made: botocore and the
HTTP client would show the whole header in their errors.
"""

from __future__ import annotations

import getpass
import json
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from orgkit.environment import learn_secrets
from orgkit.errors.exceptions import OrgkitError
from orgkit.errors.translate import signing_in
from orgkit.redaction import learn, learn_all

_WHOLE = re.compile(r"[!-~]+")
_PARTS = {
    "access_key": "access key id",
    "secret_key": "secret access key",
    "token": "session token",
}
_SOURCES = {
    "env": "the environment",
    "explicit": "the role that was assumed",
    "shared-credentials-file": "the file of shared credentials",
    "config-file": "the AWS configuration file",
    "custom-process": "the credential_process of the profile",
    "assume-role": "the role that was assumed",
    "assume-role-with-web-identity": "the role that was assumed with a web identity",
    "iam-role": "the instance's metadata",
    "container-role": "the container's metadata",
    "sso": "IAM Identity Center",
    "login": "the console sign-in",
}
_CACHES = ("sso/cache", "cli/cache", "login/cache")  # below ~/.aws
_FILE_LIMIT = 100_000


def follow(events: Any) -> None:
    """Attach to a session: what it fetches, is given or renews is learned before it is used."""
    events.register_first("before-sign", _before_signing, unique_id="orgkit-credentials")
    events.register_first("after-call", _after_call, unique_id="orgkit-answered-credentials")


def learn_settings(session: Any) -> None:
    """Learn what the SDK could find: in the environment, the files of the SDK and its caches."""
    learn_secrets()
    with signing_in():
        config = session._session.full_config
    learn_all(config)
    for profile in config.get("profiles", {}).values():
        _learn_file(profile.get("web_identity_token_file"))
    for cache in _CACHES:
        with suppress(OSError, RuntimeError):  # RuntimeError: a user without a home
            for file in (Path.home() / ".aws" / cache).glob("*.json"):
                _learn_file(file)


def _learn_file(path: Any) -> None:
    with suppress(OSError, ValueError, TypeError, RuntimeError):
        file = Path(path).expanduser()
        if not file.is_file() or file.stat().st_size > _FILE_LIMIT:
            return
        text = file.read_text(encoding="utf-8", errors="replace").strip()
        learn(text)
        learn_all(json.loads(text))


def sign_in(session: Any) -> None:
    """Fetch the credentials of a session now, so that what is wrong is told before any call."""
    with signing_in():
        provider = session._session.get_component("credential_provider")
        with suppress(Exception):  # a newer botocore may name it otherwise; then it asks by itself
            provider.get_provider("assume-role")._prompter = _ask
        credentials = session.get_credentials()
        if credentials is not None:
            check(credentials)


def check(credentials: Any) -> None:
    """Learn credentials and refuse those that cannot be sent, without showing them.

    Raises `OrgkitError`; also what goes wrong where they are renewed.
    """
    with signing_in("renew the credentials"):
        frozen = credentials.get_frozen_credentials()
    learn(frozen.secret_key, frozen.token)
    method = str(getattr(credentials, "method", "") or "")
    for part, name in _PARTS.items():
        value = getattr(frozen, part, None)
        if value and not _WHOLE.fullmatch(value):
            raise OrgkitError(
                f"The {name} from {_SOURCES.get(method, method or 'the profile')} holds "
                f"{_odd(value)}, which no credential of AWS does.",
                "Copy it again, without line ends, spaces or quotes around it; a file that was "
                "saved on Windows has a carriage return at the end of each line (`dos2unix`). "
                "Nothing was sent.",
            )


def _odd(value: str) -> str:
    """Name the kind of character that is too many, not where it stands nor what is around it."""
    found = next(c for c in value if not _WHOLE.fullmatch(c))
    names = {"\r": "a carriage return", "\n": "a line end", " ": "a space", "\t": "a tab"}
    if found in names:
        return f"{names[found]} (a control character or space)"
    return "a control character" if ord(found) < 160 else "a character that is not ASCII"


def _before_signing(request_signer: Any, **_: Any) -> None:
    credentials = getattr(request_signer, "_credentials", None)
    if credentials is not None:
        check(credentials)


def _after_call(parsed: Any, model: Any = None, **_: Any) -> None:
    """Learn the credentials in an answer of STS, Identity Center and the like."""
    learn_all(parsed)


_terminal = getpass.getpass  # a kernel puts its own in the place of this


def _ask(prompt: str) -> str:
    """Ask for a code of MFA where somebody can type it. Raises EOFError where nobody can."""
    asked = getpass.getpass
    if asked is _terminal and not (sys.stdin and sys.stdin.isatty()):
        raise EOFError("nobody is at a terminal")
    return asked(prompt)
