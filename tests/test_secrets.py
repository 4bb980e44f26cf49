"""Kind 11: secrets planted in every place, working and failing runs, and all that was written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from orgkit import redaction
from orgkit.cli import main
from orgkit.sim.server.serve import Service
from tests.support.planted import (
    MANAGEMENT,
    Planted,
    Quoting,
    everywhere,
    files_below,
    found,
    quoting,
)

ROLES = 44
SCENARIO = {
    "title": "44 members that can be looked into",
    "organization": {"id": "o-planted1234", "root": "r-plan"},
    "management": {"id": MANAGEMENT, "name": "Payer", "email": "payer@acme.example.com"},
    "generate": [
        {
            "count": ROLES,
            "first_id": "222222222201",
            "name": "Member {n}",
            "email": "member-{n}@acme.example.com",
            "joined": "INVITED",
            "access_role": True,
        }
    ],
}
ROLE = "OrganizationAccountAccessRole"


@dataclass
class World:
    """A machine full of secrets, in front of an AWS that quotes them."""

    planted: Planted
    aws: Quoting
    endpoint: str
    environ: dict[str, str]
    folder: Path
    said: list[str] = field(default_factory=list)

    def orgkit(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a process of its own; what it says is kept to be searched."""
        done = subprocess.run(
            [sys.executable, "-m", "orgkit", *arguments],
            env={n: v for n, v in {**self.environ, **environ}.items() if v},
            cwd=self.folder / "work",
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        self.said += [done.stdout, done.stderr]
        return done

    def here(self, *arguments: str, **environ: str) -> int:
        """Run a command in this process, which is quicker; what it says is kept as well."""
        with pytest.MonkeyPatch.context() as patch:
            for name in [n for n in os.environ if n.startswith("AWS_")]:
                patch.delenv(name)
            for name, value in {**self.environ, **environ}.items():
                patch.setenv(name, value)
            for name in [n for n, value in environ.items() if not value]:
                patch.delenv(name)
            patch.chdir(self.folder / "work")
            patch.setattr("tempfile.tempdir", None)
            result = CliRunner().invoke(main, list(arguments))
        self.said.append(result.output)
        return result.exit_code

    def written(self) -> list[Path]:
        """Every file that was written below the folder."""
        return files_below(self.folder, lambda path: path in self.planted.inputs)

    def leaks(self) -> list[str]:
        """Where a secret is found: in a file, or in what was said; and whose it is."""
        secrets = self.planted.secrets
        left = [
            f"{p}: {found(text, secrets)}"
            for p in self.written()
            if found(text := p.read_bytes().decode("utf-8", "replace"), secrets)
        ]
        return left + [f"said: {found(t, secrets)}" for t in self.said if found(t, secrets)]


@pytest.fixture
def world(
    tmp_path: Path, simulator: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """Secrets everywhere, 44 members, and every file of user, kit and system below one folder."""
    monkeypatch.setattr(redaction, "_known", type(redaction._known)())
    monkeypatch.setattr(redaction, "_index", {})
    monkeypatch.setattr(redaction, "_short", {})
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(yaml.safe_dump(SCENARIO), encoding="utf-8")
    service = simulator(str(scenario))
    folder = tmp_path / "machine"
    for name in ("work", "tmp", "user"):
        (folder / name).mkdir(parents=True)
    planted, environ = everywhere(folder)
    with quoting(service.endpoint, planted) as (aws, endpoint):
        keys = planted.keys("environment")
        usual = {n: v for n, v in os.environ.items() if not n.startswith(("AWS_", "ORGKIT_"))}
        environ = (
            usual
            | environ
            | {
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_MAX_ATTEMPTS": "1",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_ACCESS_KEY_ID": MANAGEMENT,
                "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
                "AWS_SESSION_TOKEN": keys["SessionToken"],
                "ORGKIT_HOME": str(folder / "work"),
                "TMPDIR": str(folder / "tmp"),
            }
        )
        yield World(planted, aws, endpoint, environ, folder)


def test_no_secret_is_in_what_runs_write_and_say(world: World) -> None:
    """F9: looks into 44 members, reads and a write that AWS refuses with all it knows."""
    run = ("run", "precheck", "-p", "target=aws", "-p", f"member_role={ROLE}")
    secret = world.environ["AWS_SECRET_ACCESS_KEY"]
    notes = world.planted.write("work/owners.csv", f"account_id,owner\n222222222201,Ada {secret}\n")
    assert world.orgkit(*run, "-p", f"owners={notes}").returncode in (0, 20)
    roles = [place for place in world.planted.secrets if place.startswith("role ")]
    assert len(roles) >= 2 * ROLES
    world.aws.fails = dict.fromkeys(
        ("ListRoots", "GetRole", "SimulatePrincipalPolicy", "ListServiceQuotas"),
        "InvalidSignatureException",
    )
    assert world.orgkit(*run).returncode in (0, 20)
    world.aws.fails = {"EnableAllFeatures": "AccessDeniedException"}
    ask = ("run", "request", "-p", "target=aws", "-p", "confirm=o-planted1234")
    assert world.orgkit(*ask).returncode == 20
    assert "EnableAllFeatures" in world.aws.asked
    # Of the write that was refused the journal tells in AWS's words, and can never be cleaned.
    record = [path for path in world.written() if path.parent.name == "observations"]
    assert any(b"[secret]" in path.read_bytes() for path in record)
    world.aws.fails = {"DescribeOrganization": "BrandNewException"}
    failed = world.orgkit("run", "start_here", "-p", "target=aws")
    assert failed.returncode == 1
    assert "BrandNewException" in failed.stderr
    searched = world.written()
    names = {path.name for path in searched}
    assert {"run.json", "notebook.ipynb", "report.html", "HEAD", "index.html"} <= names
    assert any(path.parent.name == "errors" for path in searched)
    print(f"{len(world.planted.secrets)} places planted, {len(searched)} files searched")  # noqa: T201
    assert len(world.planted.secrets) >= 2 * ROLES + 40
    assert len(searched) >= 40
    assert world.leaks() == []


SOURCES = {
    "environment": {},
    "credentials file": {"AWS_PROFILE": "other"},
    "config file": {"AWS_PROFILE": "c-third"},
    "process": {"AWS_PROFILE": "process"},
    "process that fails": {"AWS_PROFILE": "failing"},
    "process with a banner": {"AWS_PROFILE": "banner"},
    "role": {"AWS_PROFILE": "role"},
    "web identity": {"AWS_PROFILE": "web"},
    "Identity Center": {"AWS_PROFILE": "sso"},
    "container": {"AWS_SHARED_CREDENTIALS_FILE": os.devnull},
    "web identity of the environment": {
        "AWS_ROLE_ARN": "arn:aws:iam::111111111111:role/Planted",
    },
}
_OWN_ENDPOINT = {"c-third"}  # profiles whose endpoint is another


@pytest.mark.parametrize("source", SOURCES)
def test_no_secret_of_any_source_is_shown_or_kept(source: str, world: World) -> None:
    """F6, F10: each source of credentials, first with success, then with everything refused."""
    settings = dict(SOURCES[source])
    if source != "environment":
        gone = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        settings |= dict.fromkeys(gone, "")
        world.aws.hidden += ("environment",)
    if "environment" not in source:
        settings["AWS_WEB_IDENTITY_TOKEN_FILE"] = ""
        world.aws.hidden += ("web identity token",)
    if source == "container":
        settings["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"{world.endpoint}/container"
        world.aws.hidden += ("credentials file",)
    fails = "that fails" in source or "banner" in source
    status = ("status", "--target", "aws")
    # The SDK finds the caches of Identity Center when it is imported.
    run = world.here
    if source == "Identity Center":

        def run(*arguments: str, **environ: str) -> int:
            return world.orgkit(*arguments, **environ).returncode

    assert run(*status, **settings) == (20 if fails else 0), world.said[-1]
    for operation, code in (
        ("*", "InvalidSignatureException"),
        ("*", "BrandNewException"),
        ("ListRoots", "BrandNewException"),
        ("DescribeOrganization", "AccessDeniedException"),
    ):
        world.aws.fails = {operation: code}
        assert run(*status, **settings) in (0, 1, 20)
    world.aws.fails = {}
    assert run(*status, **settings, AWS_ENDPOINT_URL="http://127.0.0.1:9") == 20
    assert len(world.said) >= 6
    assert any("[secret]" in text for text in world.said) or fails
    assert len(world.planted.secrets) >= 35
    assert world.leaks() == []


def test_no_password_of_a_proxy_or_an_endpoint_is_shown(world: World) -> None:
    """F10: with # in it, so that no parser of addresses finds where it ends."""
    proxied = {"NO_PROXY": "", "no_proxy": ""}
    aws = {"AWS_ENDPOINT_URL": "https://aws.example.com"}
    status = ("status", "--target", "aws")
    assert world.here(*status, **proxied, **aws) in (1, 20)
    for form in ("http://ada:{}@127.0.0.1:9", "ada:{}@127.0.0.1:9", "http://ada:{}", "x://a:{}@b"):
        for name in ("AWS_ENDPOINT_URL", "HTTPS_PROXY", "AWS_ENDPOINT_URL_ORGANIZATIONS"):
            address = form.format(world.planted.password(f"{name} as {form}"))
            assert world.here(*status, **{**proxied, **aws, name: address}) in (1, 20)
    assert world.leaks() == []


def test_a_token_that_ends_in_a_carriage_return_is_never_printed(world: World) -> None:
    """F8: also not where the HTTP client would show the header that it refuses."""
    keys = {n: world.environ[n] + "\r" for n in ("AWS_SESSION_TOKEN", "AWS_SECRET_ACCESS_KEY")}
    assert world.here("status", "--target", "aws", **keys) == 20
    assert "carriage return" in world.said[-1]
    run = ("run", "precheck", "-p", "target=aws")
    assert world.orgkit(*run, **keys).returncode == 20
    assert "carriage return" in world.said[-1]
    assert world.leaks() == []
