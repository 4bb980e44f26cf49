"""A store in S3: conditional writes, Object Lock, and never a delete."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from click.testing import CliRunner

from orgkit import connect, open_run
from orgkit.cli import main
from orgkit.environment import home
from orgkit.errors.exceptions import AwsError, UsageError
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import earlier
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from orgkit.iam import roles
from orgkit.notebook.headless import launch
from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import Service
from tests.evidence.test_verify import write
from tests.support.cells import run_cells
from tests.support.make import ORGANIZATION, account, make_snapshot

BUCKET = "orgkit-evidence"
ADDRESS = f"s3://{BUCKET}/kit"


def client(endpoint: str, service: str = "s3", key: str = "111111111111") -> Any:
    """A plain client, as the owner of the bucket unless told otherwise."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key="simulator",
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}),
    )


def locked_bucket(endpoint: str) -> Any:
    """A bucket with versions and Object Lock, as evidence should have."""
    s3 = client(endpoint)
    s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 3650}}
    s3.put_object_lock_configuration(
        Bucket=BUCKET, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    return s3


@pytest.fixture
def service(simulator: Callable[..., Service]) -> Service:
    """A simulator with the bucket in it."""
    started = simulator("acme")
    locked_bucket(started.endpoint)
    return started


@pytest.fixture
def store(service: Service) -> Store:
    """An empty store in that bucket."""
    return Store(ADDRESS, "sim")


def test_files_are_written_read_and_listed(store: Store) -> None:
    """Names are those right below a folder, files and folders alike."""
    assert store.names("") == store.names("none") == []
    store.create("o-1/runs/a/run.json", b"1")
    store.create("o-1/HEAD", b"2")
    assert store.names("o-1") == ["HEAD", "runs"]
    assert store.names("o-1/runs/a") == ["run.json"]
    assert store.read("o-1/runs/a/run.json") == b"1"
    assert store.read_all(["o-1/HEAD", "o-1/runs/a/run.json"]) == [b"2", b"1"]
    assert store.exists("o-1/HEAD")
    assert store.exists("o-1/runs/a")
    assert not store.exists("o-1/runs/b")
    assert store.local_path("o-1/HEAD") is None
    assert store.shown("o-1/HEAD") == f"{ADDRESS}/o-1/HEAD"


def test_a_name_that_is_taken_is_never_overwritten(store: Store) -> None:
    """S3 itself decides between two writers; replacing makes a new version."""
    store.create("file", b"1")
    with pytest.raises(FileExistsError):
        store.create("file", b"2")
    with pytest.raises(FileExistsError):
        store.create("file", b"1")
    assert store.read("file") == b"1"
    store.replace("file", b"3")
    assert store.read("file") == b"3"


def test_a_file_that_is_missing_is_said_to_be(store: Store) -> None:
    """Nothing is made up."""
    with pytest.raises(FileNotFoundError):
        store.read("nothing")


def answering(store: Store, monkeypatch: pytest.MonkeyPatch, *answers: Any) -> None:
    """Let S3 give these errors to the next writes; None lets one through."""
    files: Any = store._files
    real, left = type(files)._put, list(answers)

    def put(self: Any, name: str, content: bytes, **condition: str) -> None:
        answer = left.pop(0) if left else None
        if answer != "refused":
            real(self, name, content, **({} if answer else condition))
        if answer:
            code = "PreconditionFailed" if answer == "lost" else "ConditionalRequestConflict"
            meta: Any = {"RetryAttempts": 1}
            raise ClientError({"Error": {"Code": code}, "ResponseMetadata": meta}, "PutObject")

    monkeypatch.setattr(type(files), "_put", put)


def test_a_write_whose_answer_was_lost_is_no_collision(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client sends it again and finds its own object."""
    answering(store, monkeypatch, "lost")
    store.create("file", b"1")
    assert store.read("file") == b"1"


def test_a_conflict_is_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """As S3 asks for when two conditional writes meet; not for ever."""
    answering(store, monkeypatch, "refused", "refused")
    store.create("file", b"1")
    assert store.read("file") == b"1"
    answering(store, monkeypatch, *["refused"] * 4)
    with pytest.raises(AwsError, match="ConditionalRequestConflict"):
        store.create("other", b"1")


def test_a_bucket_that_is_not_there_is_refused_before_any_work(service: Service) -> None:
    """Wrong usage, said plainly, and nothing else was done."""
    with pytest.raises(UsageError, match="cannot be written"):
        Store("s3://no-such-bucket/x", "sim").check_writable()


def test_a_bucket_that_may_not_be_written_is_refused_before_any_work(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first file of the run proves it: a probe could never be taken away again."""

    def denied(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")

    monkeypatch.setattr("orgkit.evidence.store.s3.Bucket._put", denied)
    with pytest.raises(UsageError, match="AccessDenied"):
        open_run("01_precheck", connect("sim"), store=ADDRESS, given={})


def test_the_record_is_kept_and_holds(store: Store) -> None:
    """The same entries, the same chain, the same verification."""
    for number in range(3):
        snapshot = make_snapshot([account("2" * 12, name=f"Name {number}")], at=number)
        Journal(store, ORGANIZATION).observe(snapshot)
    assert Journal(store, ORGANIZATION).projection.snapshots == 3
    found = verify(store)
    assert (found.entries, found.broken) == (3, ())


def keeper(service: Service, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Be a user who may do the process and keep evidence, and delete nothing; its S3 client."""
    things = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    keeping = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    statement = {"Effect": "Allow", "Action": keeping, "Resource": things}
    documents = {"keeping": {"Version": "2012-10-17", "Statement": [statement]}}
    documents |= {name: roles.policy(name) for name in roles.NOTEBOOKS}
    iam = client(service.endpoint, "iam")
    iam.create_user(UserName="keeper")
    for name, document in documents.items():
        text = json.dumps(document)
        iam.put_user_policy(UserName="keeper", PolicyName=name, PolicyDocument=text)
    key = iam.create_access_key(UserName="keeper")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", service.endpoint)
    monkeypatch.setattr("orgkit.aws.rate_limit.RATES", {})  # these are not AWS's own rates to keep
    monkeypatch.setattr("orgkit.migration.observe.PAUSES", (0.0, 0.0))
    return client(service.endpoint, key=key["AccessKeyId"])


def test_the_whole_walk_under_object_lock_by_a_principal_that_may_not_delete(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Request, weeks, finalize, audit with `store: s3://…`; nothing of it can be taken away."""
    s3 = keeper(service, monkeypatch)
    control, where = Control(service.endpoint), {"target": "aws", "store": ADDRESS}
    confirmed = {**where, "confirm": "o-acme123456"}
    run_cells("precheck", **where)
    run_cells("request", **confirmed)
    for _ in range(6):
        control.advance("7d")
        run_cells("monitor", **where)
    assert run_cells("finalize", **confirmed)["phase"] == "ALL_FEATURES"
    audit = run_cells("audit_report", **where)
    assert audit["caller_arn"].endswith(":user/keeper")
    launched = launch("start_here", where, progress=False)
    assert launched.exit_code == 0, launched.message
    assert launched.folder is not None
    store = Store(ADDRESS)
    assert b"ALL_FEATURES" in store.read(f"{launched.folder.path}/report.html")
    assert (verify(store).runs, verify(store).broken) == (11, ())
    answer = CliRunner().invoke(main, ["verify", ADDRESS])
    assert answer.exit_code == 0, answer.output
    sent = {c["operation"] for c in control.calls() if c["service"] == "s3"}
    assert sent == {"GET", "PUT"}
    assert not (home() / "evidence").exists()
    head = f"kit/{audit['organization_id']}/HEAD"
    with pytest.raises(ClientError, match="s3:DeleteObject"):
        s3.delete_object(Bucket=BUCKET, Key=head)
    owner = client(service.endpoint)
    first = owner.list_object_versions(Bucket=BUCKET, Prefix=head)["Versions"][-1]
    with pytest.raises(ClientError, match="s3:DeleteObjectVersion"):
        s3.delete_object(Bucket=BUCKET, Key=head, VersionId=first["VersionId"])
    with pytest.raises(ClientError, match="AccessDenied"):
        owner.delete_object(Bucket=BUCKET, Key=head, VersionId=first["VersionId"])


@pytest.mark.parametrize("missing", ["s3:ListBucket", "s3:GetObject", "s3:PutObject"])
def test_each_right_that_keeping_needs_is_needed(
    service: Service, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """Without one of the three there is no record, and AWS's words are passed on."""
    keeper(service, monkeypatch)
    iam = client(service.endpoint, "iam")
    document = iam.get_user_policy(UserName="keeper", PolicyName="keeping")["PolicyDocument"]
    document["Statement"][0]["Action"].remove(missing)
    text = json.dumps(document)
    iam.put_user_policy(UserName="keeper", PolicyName="keeping", PolicyDocument=text)
    with pytest.raises(AwsError, match=f"not authorized to perform: {missing}"):
        Journal(Store(ADDRESS), ORGANIZATION).observe(make_snapshot())


def test_stray_objects_disturb_nobody(service: Service) -> None:
    """F22: folders that the console makes, keys without a name, objects of others."""
    store = Store(ADDRESS, "sim")
    write(store)
    before = earlier(Journal(store, ORGANIZATION))
    s3 = client(service.endpoint)
    for key in ("", "runs/", "runs//", "runs//x", "runs/a", "observations/", "observations/a/b"):
        s3.put_object(Bucket=BUCKET, Key=f"kit/{ORGANIZATION}/{key}", Body=b"{")
    assert earlier(Journal(store, ORGANIZATION)) == before
    assert "" not in store.names(f"{ORGANIZATION}/runs")
    seen = Journal(store, ORGANIZATION).projection.snapshots
    Journal(store, ORGANIZATION).observe(make_snapshot(at=30))
    assert Journal(store, ORGANIZATION).projection.snapshots == seen + 1
