"""Signatures: made by a local key or one in KMS, verified offline with the public key alone."""

from __future__ import annotations

import base64
import json
import random
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from orgkit import connect, open_run
from orgkit.aws.session import evidence_client
from orgkit.cli import main
from orgkit.environment import SIGNING_KEY
from orgkit.errors.exceptions import OrgkitError, UsageError
from orgkit.evidence.journal.events import Saved, Signed
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.signatures.keys import PublicKey, new_key, public_key
from orgkit.evidence.signatures.sign import Signer, named_key, signer
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import Verified, verify
from orgkit.formats import canonical, digest, stamp
from orgkit.iam import roles
from orgkit.sim.server.serve import Service
from tests.evidence.test_verify import Held, files, write_run
from tests.support.cells import manager, run_cells
from tests.support.make import ADMIN, ORGANIZATION, day, make_snapshot
from tests.support.simulator import Place


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A private key in a file."""
    new_key(tmp_path / "key.pem")
    return tmp_path / "key.pem"


@pytest.fixture
def signs(private: Path) -> Signer:
    """Who signs with it."""
    return named_key(str(private), "sim", "")


def sign(store: Store, number: int, who: Signer) -> str:
    """One run as the kit writes it, signed; its name."""
    journal = Journal(store, ORGANIZATION)
    folder = write_run(store, number, journal=journal)
    who.sign(folder, journal, stamp(day(number)), ADMIN)
    return f"{ORGANIZATION}/runs/{folder.name}"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(str(tmp_path / "evidence"))


def envelopes(store: Store) -> list[dict[str, Any]]:
    """The envelopes in the journal."""
    events = Journal(store, ORGANIZATION).events()
    return [e.envelope for e in events if isinstance(e, Signed)]


def test_each_run_says_by_which_key_it_is_signed(store: Store, signs: Signer) -> None:
    """Every run, its key by the digest of the public key; nothing broken, nothing unsigned."""
    runs = [sign(store, number, signs) for number in (1, 2)]
    found = verify(store, [signs.key])
    assert found.signed == tuple(f"{run}: by the key {signs.key.id}" for run in runs)
    assert (found.broken, found.unsigned, found.notices) == ((), (), ())
    assert signs.key.id == digest(signs.key.der)


def test_an_older_run_stands_under_a_later_signature(store: Store, signs: Signer) -> None:
    """The journal that is signed names it; a newer one without signature does not."""
    older = write_run(store, 1)
    later = sign(store, 2, signs)
    newer = write_run(store, 3)
    found = verify(store, [signs.key])
    name = later.rpartition("/")[2]
    assert found.signed == (
        f"{ORGANIZATION}/runs/{older.name}: with the later run {name}, by the key {signs.key.id}",
        f"{later}: by the key {signs.key.id}",
    )
    first, *rest = found.unsigned
    assert first == f"{ORGANIZATION}/runs/{newer.name}: no signature vouches for it"
    assert "1 entries of the journal are under no signature" in rest[0]  # its look names no run
    assert found.broken == ()


def test_a_run_that_was_written_again_after_it_was_signed_is_unsigned(
    store: Store, signs: Signer
) -> None:
    """The signature is of what it was; the journal would let it pass, the signature does not."""
    folder = write_run(store, 1)
    journal = Journal(store, ORGANIZATION)
    signs.sign(folder, journal, stamp(day(1)), ADMIN)

    def announce(**promise: Any) -> None:
        journal.note(Saved(**promise), stamp(day(1)), ADMIN, folder.name)

    folder.keep({"extra.csv": b"a\n"}, announce)
    found = verify(store, [signs.key])
    assert (found.broken, found.signed) == ((), ())
    assert folder.name in found.unsigned[0]


def test_entries_after_the_last_signature_are_said_to_be_under_none(
    store: Store, signs: Signer
) -> None:
    """A look that belongs to no run breaks nothing, and nobody vouches for it."""
    sign(store, 1, signs)
    Journal(store, ORGANIZATION).observe(make_snapshot(at=2))
    found = verify(store, [signs.key])
    assert found.broken == ()
    assert "1 entries of the journal are under no signature" in found.unsigned[0]
    assert f"claim to be by {ADMIN}" in found.unsigned[1]


def test_without_a_key_signatures_are_counted_and_not_believed(store: Store, signs: Signer) -> None:
    """They are there; nobody has verified them."""
    sign(store, 1, signs)
    found = verify(store)
    assert (found.signed, found.unsigned, found.broken) == ((), (), ())
    assert "1 signatures are here" in found.notices[0]


def test_a_signature_of_a_stranger_vouches_for_nothing(
    store: Store, signs: Signer, tmp_path: Path
) -> None:
    """Whoever can write to the store can sign with a key of his own."""
    new_key(tmp_path / "strange.pem")
    stranger = named_key(str(tmp_path / "strange.pem"), "sim", "")
    sign(store, 1, signs)
    forged = sign(store, 2, stranger)
    found = verify(store, [signs.key])
    assert [line for line in found.unsigned if forged in line]
    assert any(stranger.key.id in notice for notice in found.notices)
    both = verify(store, [signs.key, stranger.key])
    assert (both.unsigned, len(both.signed)) == ((), 2)


def forge(store: Store, change: Callable[[dict[str, Any]], None]) -> Verified:
    """Put the last signature back changed, in an entry with right digests, HEAD included."""
    content = files(Path(store.address))
    name = max(n for n in content if "/observations/" in n)
    entry = json.loads(content.pop(name))
    change(entry["body"]["envelope"])
    new = canonical(entry)
    folder = name.rpartition("/")[0]
    content[f"{folder}/{entry['sequence']:08d}-event-{digest(new)[:16]}.json"] = new
    head = canonical({"format": "orgkit.head/1", "heads": [digest(new)]})
    content[f"{ORGANIZATION}/HEAD"] = head
    return verify(Held(content), [public_key(Path(store.address).with_name("public.pem"))])


@pytest.fixture
def signed_store(store: Store, signs: Signer, tmp_path: Path) -> Store:
    """Two signed runs, and the public key beside them."""
    (tmp_path / "public.pem").write_bytes(signs.key.pem)
    sign(store, 1, signs)
    sign(store, 2, signs)
    return store


def reworded(old: bytes, new: bytes) -> Callable[[dict[str, Any]], None]:
    """Change the payload that was signed."""

    def change(envelope: dict[str, Any]) -> None:
        payload = base64.b64decode(envelope["payload"])
        assert old in payload
        envelope["payload"] = base64.b64encode(payload.replace(old, new)).decode()

    return change


def test_whoever_rewrites_the_record_cannot_rewrite_what_was_signed(signed_store: Store) -> None:
    """With every digest made right again, the signature alone tells."""

    def flipped(envelope: dict[str, Any]) -> None:
        raw = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
        raw[-1] ^= 1
        envelope["signatures"][0]["sig"] = base64.b64encode(bytes(raw)).decode()

    assert "not made with the key" in forge(signed_store, flipped).broken[0]
    assert forge(signed_store, flipped).unsigned
    assert (
        "not made with"
        in forge(signed_store, reworded(b'"predicate":', b'"predicate": ')).broken[0]
    )
    other = reworded(b'"sha256":"', b'"sha256":"0')
    assert "something else than its run" in forge(signed_store, other).broken[0]
    strange = reworded(b'"record":["', b'"record":["0')
    assert "that it signs is missing" in forge(signed_store, strange).broken[0]
    nested = reworded(b'"record":["', b'"record":[[],"')
    assert "that it signs is missing" in forge(signed_store, nested).broken[0]
    for change in (
        lambda e: e.update(payloadType="text/plain"),
        lambda e: e.update(signatures=[]),
        lambda e: e.update(signatures=[1]),
        lambda e: e.update(signatures=[{"keyid": "", "sig": 1}]),
        lambda e: e.update(signatures=[{"keyid": "", "sig": "%"}]),
        lambda e: e.update(signatures=e["signatures"] * 2),
        lambda e: e.update(payload="%"),
        lambda e: e.clear(),
    ):
        assert "no signature of orgkit" in forge(signed_store, change).broken[0]


def test_a_run_whose_files_were_altered_is_not_called_signed(
    signed_store: Store, signs: Signer
) -> None:
    """The signature is right and the file is not: the run is broken, the other one signed."""
    content = files(Path(signed_store.address))
    name = next(n for n in sorted(content) if n.endswith("/run.json"))
    content[name] += b" "
    found = verify(Held(content), [signs.key])
    assert found.broken == (f"{name}: altered",)
    assert (len(found.signed), found.unsigned) == (1, ())
    assert name.rpartition("/")[0] not in found.signed[0]


def test_a_signature_moved_to_another_run_is_found(signed_store: Store) -> None:
    """It names its run in what is signed."""
    first, _ = envelopes(signed_store)
    assert forge(signed_store, lambda e: e.update(first)).broken


def test_random_changes_of_a_signed_store_never_pass(signed_store: Store, signs: Signer) -> None:
    """Any byte of any file: something does not hold, and no run gains a signature."""
    whole = files(Path(signed_store.address))
    chance = random.Random(2026)  # noqa: S311 - seeded on purpose
    for _ in range(200):
        content = dict(whole)
        name = chance.choice(sorted(content))
        data = bytearray(content[name])
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        content[name] = bytes(data)
        assert verify(Held(content), [signs.key]).broken, name


def test_openssl_verifies_what_orgkit_signed(store: Store, signs: Signer, tmp_path: Path) -> None:
    """The format is DSSE v1: the type and the payload with their lengths; no orgkit is needed."""
    sign(store, 1, signs)
    (envelope,) = envelopes(store)
    payload = base64.b64decode(envelope["payload"])
    kind = "application/vnd.in-toto+json"
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    for name, content in (
        ("signed", signed),
        ("signature", base64.b64decode(envelope["signatures"][0]["sig"])),
        ("public.pem", signs.key.pem),
    ):
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "dgst", "-sha256", "-verify", "public.pem", "-signature", "signature"]
    done = subprocess.run([*command, "signed"], cwd=tmp_path, capture_output=True, check=False)
    assert done.stdout == b"Verified OK\n", done.stderr
    (statement,) = [json.loads(payload)]
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    manifest = store.read(statement["subject"][0]["name"])
    assert statement["subject"][0]["digest"] == {"sha256": digest(manifest)}


# Keys


def test_a_new_key_is_its_owners_alone_and_overwrites_nothing(private: Path) -> None:
    """Mode 0600, and a second one of that name is refused."""
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    before = private.read_bytes()
    with pytest.raises(UsageError, match="No key was made"):
        new_key(private)
    assert private.read_bytes() == before


def test_the_commands_make_and_show_a_key(tmp_path: Path) -> None:
    """What goes to the terminal is the public half."""
    path = tmp_path / "key"
    made = CliRunner().invoke(main, ["key", "new", str(path)])
    shown = CliRunner().invoke(main, ["key", "show", str(path)])
    assert (made.exit_code, shown.exit_code) == (0, 0)
    assert made.stdout == shown.stdout
    assert shown.stdout.startswith("-----BEGIN PUBLIC KEY-----")
    assert "PRIVATE" not in made.output
    (tmp_path / "public.pem").write_text(shown.stdout)
    assert public_key(tmp_path / "public.pem") == named_key(str(path), "sim", "").key
    assert CliRunner().invoke(main, ["key", "new", str(path)]).exit_code == 64


def refused(name: Path | str, store: Store | None = None) -> str:
    """Why a key cannot be used."""
    with pytest.raises(UsageError) as caught:
        named_key(str(name), "sim", "", store)
    return str(caught.value)


def test_a_key_that_cannot_sign_is_refused_with_its_reason(
    private: Path, tmp_path: Path, store: Store
) -> None:
    """Missing, no key, another kind, open to everybody, or in the store itself."""
    assert "cannot be read" in refused(tmp_path / "none")
    (tmp_path / "text").write_text("hello")
    assert "not a private key" in refused(tmp_path / "text")
    command = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(tmp_path / "other")]
    subprocess.run(command, check=True, capture_output=True)
    assert "not an ECDSA key on P-256" in refused(tmp_path / "other")
    private.chmod(0o644)
    assert "Everybody may read" in refused(private)
    inside = Path(store.address) / "key.pem"
    inside.parent.mkdir()
    new_key(inside)
    assert "lies in the store" in refused(inside, store)


def test_what_is_no_public_key_is_refused(private: Path, store: Store) -> None:
    """A private key is none either."""
    with pytest.raises(UsageError, match="not a public ECDSA key"):
        public_key(private)
    answer = CliRunner().invoke(main, ["verify", store.address, "--public-key", str(private)])
    assert answer.exit_code == 64


def test_without_the_variable_nobody_signs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is optional."""
    monkeypatch.delenv(SIGNING_KEY, raising=False)
    assert signer(store, "sim", "") is None


# Through the notebooks


def test_a_notebook_signs_its_run_and_says_so(
    simulator: Callable[..., Service],
    private: Path,
    signs: Signer,
    monkeypatch: pytest.MonkeyPatch,
    isolated: Path,
) -> None:
    """One variable, no parameter; the private key is nowhere in what is kept."""
    simulator("solo")
    monkeypatch.setenv(SIGNING_KEY, str(private))
    run_cells("precheck")
    store = Store("evidence")
    found = verify(store, [signs.key])
    assert (len(found.signed), found.unsigned, found.broken) == (1, (), ())
    secret = private.read_text().splitlines()[1].encode()
    assert not [n for n, content in files(isolated / "evidence").items() if secret in content]


def test_a_key_that_cannot_sign_stops_a_notebook_before_any_work(
    simulator: Callable[..., Service], monkeypatch: pytest.MonkeyPatch, isolated: Path
) -> None:
    """Nobody shall find out afterwards that nothing is signed."""
    simulator("solo")
    monkeypatch.setenv(SIGNING_KEY, "missing.pem")
    with pytest.raises(UsageError, match="cannot be read"):
        run_cells("precheck")
    assert files(isolated / "evidence") == {}


def test_a_run_that_can_no_longer_be_signed_is_kept_and_says_so(
    simulator: Callable[..., Service],
    private: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The evidence comes first; a note under the saved block and `orgkit verify` tell."""
    simulator("solo")
    monkeypatch.setenv(SIGNING_KEY, str(private))
    run = open_run("01_precheck", connect("sim"), given={})

    def gone(*_: object) -> None:
        raise OrgkitError("The key is gone.", "Look for it.")

    monkeypatch.setattr(Signer, "sign", gone)
    run.observe()
    run.save()
    assert "NOT SIGNED. The key is gone. Do this" in capsys.readouterr().out
    assert verify(Store("evidence")).broken == ()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A fresh working folder."""
    with Place(tmp_path, "solo") as made:
        yield made


def test_a_headless_run_is_signed_with_its_report(
    place: Place, private: Path, signs: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, when all is there; `orgkit verify --public-key` says so and ends with 0, else 20."""
    write_run_of_another_day = place.run("start_here")
    assert write_run_of_another_day["error"] == ""
    monkeypatch.setenv(SIGNING_KEY, str(private))
    place.run("precheck")
    assert signs.key.id in place.report()
    store = Store(str(place.folder / "evidence"))
    public = place.folder / "public.pem"
    public.write_bytes(signs.key.pem)
    command = ["verify", store.address, "--public-key", str(public)]
    answer = CliRunner().invoke(main, command)
    assert answer.exit_code == 0, answer.output
    assert answer.output.count("SIGNED ") == 2
    monkeypatch.delenv(SIGNING_KEY)
    place.run("start_here")
    answer = CliRunner().invoke(main, command)
    assert answer.exit_code == 20
    assert "UNSIGNED " in answer.output


# KMS

MANAGEMENT = "111111111111"


def kms(service: Service, key: str = MANAGEMENT, secret: str = "simulator") -> Any:  # noqa: S107
    """A plain client, for what only the owner of a key does."""
    return boto3.client(
        "kms",
        endpoint_url=service.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def signing_key(service: Service, spec: str = "ECC_NIST_P256") -> str:
    """The ARN of a new signing key with the alias evidence."""
    made = kms(service).create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    kms(service).create_alias(AliasName="alias/evidence", TargetKeyId=made["KeyId"])
    return str(made["Arn"])


def test_a_key_in_kms_signs_and_its_public_half_verifies_offline(
    simulator: Callable[..., Service], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A notebook with `kms:alias/…`; the exported key is all that verifying needs."""
    service = simulator("solo")
    arn = signing_key(service)
    monkeypatch.setenv(SIGNING_KEY, "kms:alias/evidence")
    run_cells("precheck")
    shown = CliRunner().invoke(main, ["key", "show", f"kms:{arn}", "--target", "sim"])
    assert shown.exit_code == 0, shown.output
    (tmp_path / "public.pem").write_text(shown.stdout)
    monkeypatch.delenv("ORGKIT_SIM_ENDPOINT")
    found = verify(Store("evidence"), [public_key(tmp_path / "public.pem")])
    assert (len(found.signed), found.unsigned, found.broken) == (1, (), ())
    asked = [c for c in service.engine.world.calls if c.service == "kms"]
    assert [c.operation for c in asked[2:]] == ["GetPublicKey", "Sign", "GetPublicKey"]


@pytest.mark.parametrize("spec", ["ECC_NIST_P384", "ECC_SECG_P256K1", "RSA_2048"])
def test_a_kms_key_of_another_kind_is_refused(simulator: Callable[..., Service], spec: str) -> None:
    """One algorithm, so that one tool verifies everything."""
    arn = signing_key(simulator("solo"), spec)
    with pytest.raises(UsageError, match=r"ECDSA"):
        named_key(f"kms:{arn}", "sim", "")


def test_a_kms_key_that_is_not_there_is_refused(simulator: Callable[..., Service]) -> None:
    """With AWS's words and the way out."""
    simulator("solo")
    with pytest.raises(OrgkitError, match="in KMS cannot be used"):
        named_key("kms:alias/none", "sim", "")


def pat(service: Service, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a user with one policy, and be that user."""
    iam = manager(service.endpoint, "iam")
    iam.create_user(UserName="pat")
    iam.put_user_policy(UserName="pat", PolicyName="p", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="pat")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", service.endpoint)


@pytest.mark.parametrize("missing", ["", "kms:GetPublicKey", "kms:Sign"])
def test_signing_needs_the_two_rights_that_are_declared(
    simulator: Callable[..., Service], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """`orgkit iam signing`, narrowed to the key, is enough; without one of them AWS denies."""
    service = simulator("solo")
    arn = signing_key(service)
    document = roles.policy("signing", signing_key=arn.rpartition("/")[2])
    (statement,) = document["Statement"]
    statement["Action"] = [a for a in statement["Action"] if a != missing]
    pat(service, document, monkeypatch)
    if missing:
        with pytest.raises(OrgkitError, match=f"not authorized to perform: {missing}"):
            named_key(f"kms:{arn}", "aws", "")._key.sign(b"text")
    else:
        assert named_key(f"kms:{arn}", "aws", "")._key.sign(b"text")


def test_a_client_that_signs_can_do_nothing_else(simulator: Callable[..., Service]) -> None:
    """No other use of the key, no deletion; and the organization's own guard never lets Sign by."""
    arn = signing_key(simulator("solo"))
    keeper = evidence_client("kms", "sim", "")
    with pytest.raises(OrgkitError, match="refused to call ScheduleKeyDeletion"):
        keeper.schedule_key_deletion(KeyId=arn)
    with pytest.raises(OrgkitError, match="refused to call ListKeys"):
        keeper.list_keys()
    with pytest.raises(OrgkitError, match="refused to call Sign"):
        connect("sim").client("kms").sign(
            KeyId=arn, Message=b"text", SigningAlgorithm="ECDSA_SHA_256"
        )


def test_two_keys_have_two_names(private: Path, tmp_path: Path) -> None:
    """The id is of the public key, so it names nothing that is secret."""
    other = new_key(tmp_path / "two")
    mine = named_key(str(private), "sim", "").key
    assert isinstance(mine, PublicKey)
    assert mine.id != other.id
