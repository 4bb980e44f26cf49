"""One name, one meaning: what an address is taken for, and what is refused instead of guessed."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from orgkit.errors.exceptions import UsageError
from orgkit.evidence.store.address import in_full, read_address
from orgkit.evidence.store.store import Store
from orgkit.terms import ExitCode

REFUSED = [
    ("", "empty"),
    ("  ", "empty"),
    ("evidence ", "space"),
    ("\tevidence", "space"),
    ("evi\0dence", "control"),
    ("evi\ndence", "control"),
    ("evi\u202edence", "control"),
    ("evi\x1b[31mdence", "control"),
    ("s3:/bucket/p", "s3://bucket/p"),
    ("s3:bucket", "s3://bucket"),
    ("s3:bucket/p", "s3://bucket/p"),
    ("S3:/bucket", "s3://bucket"),
    ("s3://", "names no bucket"),
    ("s3:///p", "names no bucket"),
    ("s3://Bucket/p", "no bucket is called"),
    ("s3://bu", "no bucket is called"),
    ("s3://b" + "u" * 63, "no bucket is called"),
    ("s3://bucket_1", "no bucket is called"),
    ("s3://-bucket", "no bucket is called"),
    ("s3://bucket-", "no bucket is called"),
    ("s3://bu..cket", "no bucket is called"),
    ("s3://192.168.0.1/p", "no bucket is called"),
    ("s3://xn--bucket", "no bucket is called"),
    ("s3://user@bucket/p", "no bucket is called"),
    ("s3://bucket:443/p", "no bucket is called"),
    ("s3://bucket/../p", "no plain prefix"),
    ("s3://bucket//p", "no plain prefix"),
    ("s3://bucket/p?versionId=1", "no plain prefix"),
    ("s3://bucket/p#x", "no plain prefix"),
    ("s3a://bucket/p", "s3://bucket/p"),
    ("arn:aws:s3:::bucket/p", "Write s3://bucket/p"),
    ("arn:aws-cn:s3:::bucket/p/*", "Write s3://bucket/p"),
    ("arn:aws:s3:eu-central-1:111111111111:accesspoint/a", "of no bucket"),
    ("arn:aws:kms:eu-central-1:111111111111:key/a", "of no bucket"),
    ("https://bucket.s3.amazonaws.com/p/q", "Write s3://bucket/p/q"),
    ("https://bucket.s3.eu-central-1.amazonaws.com/p", "Write s3://bucket/p"),
    ("https://bucket.s3.cn-north-1.amazonaws.com.cn/p", "Write s3://bucket/p"),
    ("https://s3.eu-central-1.amazonaws.com/bucket/p", "Write s3://bucket/p"),
    ("https://example.com/evidence", "cannot keep evidence"),
    ("http://example.com/evidence", "cannot keep evidence"),
    ("C:\\evidence", "Windows"),
    ("C:/evidence", "Windows"),
    ("c:evidence", "neither a folder nor an address"),
    ("\\\\server\\share", "Windows"),
    ("audit\\2026", "Windows"),
    ("file:/x", "file:///x"),
    ("file:x", "file:///x"),
    ("file://relative", "from the root"),
    ("file://relative/x", "from the root"),
    ("file://server/share/x", "from the root"),
    ("file://", "from the root"),
    ("file:///C:/x", "Windows|address"),
    ("file:///a%00b", "control"),
    ("file:///a%zz", "encoded"),
    ("file:///a%ff", "encoded"),
    ("file:///a?b", "encoded"),
    ("file:///a#b", "encoded"),
    ("file:///", "from the root"),
    ("memory://x", "lost when the process ends"),
    ("MEMORY://x", "lost when the process ends"),
    ("foo://x", "cannot be opened"),
    ("data://x", "cannot hold evidence"),
    ("zip://x", "cannot hold evidence"),
    ("simplecache::s3://bucket/p", "chain"),
    ("zip://x::file:///y.zip", "chain"),
    ("filecache://x", "cannot hold evidence"),
    ("gist://x", "cannot hold evidence"),
    ("dir://x", "cannot hold evidence"),
    ("asynclocal:///x", "cannot hold evidence"),
    ("github://x", "cannot hold evidence"),
    ("backup:2026", "./backup:2026"),
    ("://bucket", "address in it"),
    ("s_3://bucket", "address in it"),
    ("s3\uff1a//bucket", "address in it"),
    ("evidence/s3://bucket/p", "address in it"),
    ("/home/you/s3:/bucket/p", "address in it"),
    ("./file:/x", "address in it"),
    ("~nobody-of-this-name/x", "not on this machine"),
    ("~nobody-of-this-name/../x", "not on this machine"),
]


@pytest.mark.parametrize(("address", "says"), REFUSED)
def test_what_is_no_address_is_refused_with_what_to_write(
    address: str, says: str, isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F20: wrong usage, and no folder of a strange name is made anywhere."""
    monkeypatch.chdir(isolated)
    with pytest.raises(UsageError, match=says) as caught:
        Store(address).check_writable()
    assert caught.value.exit_code == ExitCode.USAGE
    assert str(caught.value).isprintable() or "\n" in str(caught.value)
    assert not any("\x00" <= c < " " and c != "\n" for c in str(caught.value))
    assert {p.name for p in isolated.iterdir()} == {"aws-config", "aws-credentials"}


@pytest.mark.parametrize(
    "address",
    [
        "ftp://ada:s3cr3t-word@host/evidence",
        "sftp://ada:s3cr3t-word@host:22/evidence",
        "sftp://ada:s3cr3t-word%2F@host",
        "https://ada:s3cr3t-word@bucket.s3.amazonaws.com/p",
        "s3://AKIAEXAMPLE:s3cr3t-word/+x@bucket/p",
        "s3:/AKIAEXAMPLE:s3cr3t-word@bucket/p",
        "http://:s3cr3t-word@host/",
        "foo://a:s3cr3t-word@b@host",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    """The address of a store stands in outputs, reports and run.json."""
    with pytest.raises(UsageError, match="holds a password") as caught:
        Store(address)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "full"),
    [
        ("mine", "{here}/mine"),
        ("./evidence", "{here}/evidence"),
        ("../audit/2026", "{above}/audit/2026"),
        ("~", "{person}"),
        ("~/evidence", "{person}/evidence"),
        ("./~", "{here}/~"),
        ("/srv/évidence 2026", "/srv/évidence 2026"),
        ("./backup:2026", "{here}/backup:2026"),
        ("2026-01-01T09:00", "{here}/2026-01-01T09:00"),
        ("a b/c", "{here}/a b/c"),
        ("file:///srv/evidence", "/srv/evidence"),
        ("file:///srv/%C3%A9vidence%202026", "/srv/évidence 2026"),
        ("file://localhost/srv/evidence/", "/srv/evidence"),
        ("FILE:///srv/evidence", "/srv/evidence"),
        ("file:////srv//evidence", "/srv/evidence"),
        ("local:///srv/evidence", "/srv/evidence"),
        ("s3://bucket", "s3://bucket"),
        ("s3://my.bucket-1/", "s3://my.bucket-1"),
        ("S3://bucket/Kit/", "s3://bucket/Kit"),
        ("s3://bucket/a b/é", "s3://bucket/a b/é"),
        ("gcs://bucket/p", "gcs://bucket/p"),
        ("sftp://ada@host:22/a@b", "sftp://ada@host:22/a@b"),
        ("/srv/a:b@c", "/srv/a:b@c"),
    ],
)
def test_what_is_typed_is_meant_from_where_the_person_stands(
    address: str, full: str, standing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F12, F20: ~ is expanded, file:// is a folder, and the address in full has one meaning."""
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    meant = full.format(here=standing, above=standing.parent, person=tmp_path / "person")
    assert read_address(address).full == meant
    assert read_address(meant).full == meant


def test_the_default_means_the_working_folder_only_where_nobody_typed_it(
    isolated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F23: typed, the same word is what the shell shows."""
    monkeypatch.chdir(tmp_path)
    assert read_address("evidence").full == str(isolated / "evidence")
    assert in_full("evidence", typed=False) == str(isolated / "evidence")
    assert in_full("evidence", typed=True) == str(tmp_path / "evidence")


@hypothesis.given(st.text(max_size=40))
def test_an_address_is_either_refused_or_has_one_meaning(text: str) -> None:
    """Whatever is typed: a `UsageError`, or an address that means the same when given again."""
    try:
        meant = in_full(text, typed=True)
    except UsageError:
        return
    assert in_full(meant, typed=True) == meant
    assert meant.isprintable() or all(ord(c) > 127 for c in meant if not c.isprintable())


@hypothesis.given(
    st.sampled_from(["s3", "S3", "file", "http", "gs", "foo"]),
    st.sampled_from([":", ":/", "::", ":\\", "\\\\", ":///", "//"]),
    st.text("abc./-", min_size=1, max_size=12),
)
def test_half_an_address_never_becomes_a_folder(scheme: str, sign: str, rest: str) -> None:
    """However the signs after a scheme are mistyped, pathlib never makes a folder of it."""
    try:
        meant = read_address(f"{scheme}{sign}{rest}")
    except UsageError:
        return
    assert meant.scheme or sign == "//" or scheme == "file"
