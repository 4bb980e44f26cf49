"""Account ids as people and spreadsheets write them, and what became of them."""

from __future__ import annotations

import re

from orgkit.reading.refusals import quoted

_DIGITS = 12
_ID = re.compile(rf"\d{{{_DIGITS}}}", re.ASCII)
_SHORT = re.compile(rf"\d{{1,{_DIGITS - 1}}}", re.ASCII)
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)


def no_account_id(text: str) -> str:
    """Say why this is not an account id, in one sentence; nothing if it is one."""
    if _ID.fullmatch(text):
        return ""
    start = f"{quoted(text)} is not an account id"
    if not text:
        return "There is no account id."
    if _SHORT.fullmatch(text):
        return (
            f"{start}: it has {len(text)} digits instead of {_DIGITS}. A spreadsheet drops "
            f"leading zeros; was it {text.zfill(_DIGITS)}?"
        )
    if _ROUNDED.fullmatch(text):
        return f"{start}: a spreadsheet rounded it, and its digits are lost. Format ids as text."
    digits = re.sub(r"[\s'\"=–—-]", "", text)  # noqa: RUF001 - dashes that text programs make
    if _ID.fullmatch(digits):
        return f"{start}: write only the digits, {digits}."
    return f"{start}, which is {_DIGITS} digits."
