"""`orgkit sim …`: run the simulator and move it. Only `serve` starts one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from orgkit import environment
from orgkit.sim.client import discovery
from orgkit.sim.client.control import Control
from orgkit.sim.errors import SimulatorError
from orgkit.terms import ExitCode


class _Group(click.Group):
    """Shows what went wrong and what to do, instead of a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except SimulatorError as error:
            click.echo(str(error), err=True)
            context.exit(ExitCode.USAGE)


@click.group(cls=_Group, help="Run the simulator of AWS Organizations, and move it.")
def sim() -> None:
    """Hold the simulator's commands."""


_endpoint = click.option("--endpoint", help="The simulator's address; else it is found.")


def _control(endpoint: str | None) -> Control:
    """Find the running simulator as the notebooks do; never starts one."""
    found = endpoint or discovery.find(environment.home())
    if found is None:
        raise SimulatorError(
            f"No simulator runs for {environment.home()}.",
            "Start one with `orgkit sim serve`, or run a notebook, which starts it.",
        )
    return Control(found)


class _Typed(click.Path):
    """A file as a person typed it: from where he stands, with ~ for his home."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(str(environment.typed_path(value)), param, ctx)


_file = _Typed(dir_okay=False, path_type=Path)


@sim.command()
@click.option("--scenario", help="A shipped scenario, or a YAML file. Default: acme.")
@click.option("--port", default=0, show_default="a free one", help="Port on 127.0.0.1.")
@click.option("--state", type=_file, help="Goes on from here.")
@click.option("--idle", type=float, help="End after so many minutes without a request.")
@click.option("--record", type=_file, help="For `replay`.")
@click.option("--announce", type=_file, hidden=True)  # said by whoever starts a folder's server
@click.option("--edition", type=int, hidden=True)
def serve(announce: Path | None, edition: int | None, **options: Any) -> None:
    """Serve until stopped; prints one JSON line with the endpoint when ready."""
    from orgkit.sim.server.serve import serve as run  # moto and botocore: not for every command

    base = environment.home()
    number = discovery.edition(base) if edition is None else edition
    # The folder's own server keeps its place: notebooks must not lose their walk to this one.
    if announce is None and _free_to_announce(base):
        announce = discovery.announcement(base)
        discovery.note_edition(base, number)
    run(**options, announce=announce, edition=number)


def _free_to_announce(base: Path) -> bool:
    try:
        return discovery.find(base) is None
    except SimulatorError:
        return True


@sim.command()
@click.argument("when")
@_endpoint
def advance(when: str, endpoint: str | None) -> None:
    """Move the simulated clock: 14d, 36h, or 2026-02-01T00:00:00Z."""
    _show_events(_control(endpoint).advance(when))


@sim.command()
@click.argument("accounts", nargs=-1, required=True)
@_endpoint
def approve(accounts: tuple[str, ...], endpoint: str | None) -> None:
    """Let the owners of ACCOUNTS approve now."""
    _show_events(_control(endpoint).approve(*accounts))


@sim.command()
@click.argument("accounts", nargs=-1, required=True)
@_endpoint
def decline(accounts: tuple[str, ...], endpoint: str | None) -> None:
    """Let the owners of ACCOUNTS decline now."""
    _show_events(_control(endpoint).decline(*accounts))


@sim.command()
@click.argument("accounts", nargs=-1, required=True)
@click.option("--lift", is_flag=True, help="Make them ACTIVE again.")
@_endpoint
def suspend(accounts: tuple[str, ...], lift: bool, endpoint: str | None) -> None:
    """Let AWS restrict ACCOUNTS, so that nobody can act in them."""
    control = _control(endpoint)
    (control.reinstate if lift else control.suspend)(*accounts)
    click.echo(f"Now {'ACTIVE' if lift else 'SUSPENDED'}: {', '.join(accounts)}.")


def _show_events(answer: dict[str, Any]) -> None:
    for event in answer["events"]:
        click.echo(
            f"{event['time']}  {event['what']:<10}  {event['account']:<12}  {event['handshake']}"
        )
    click.echo(f"It is now {answer['now']}.")


@sim.command()
@_endpoint
def status(endpoint: str | None) -> None:
    """Show where the simulated organization stands."""
    found = _control(endpoint).status()
    armed = found.pop("faults")
    for name, value in found.items():
        shown = json.dumps(value) if isinstance(value, dict | list) else value
        click.echo(f"{name:<22} {shown}")
    for fault in armed:
        click.echo(f"{'fault':<22} {_fault_line(fault)}")


def _fault_line(fault: dict[str, Any]) -> str:
    of = "" if fault["times"] is None else f" of {fault['times']}"
    fired = f"fired {fault['fired']}{of}" if fault["fired"] else f"never fired (0{of})"
    return f"{fault['name']}: {fired}, on {', '.join(fault['operations'])}"


@sim.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@_endpoint
def calls(as_json: bool, endpoint: str | None) -> None:
    """List every call that the simulator answered."""
    for call in _control(endpoint).calls():
        click.echo(json.dumps(call) if as_json else _call_line(call))


def _call_line(call: dict[str, Any]) -> str:
    mark = "changed" if call["changed"] else ""
    fault = " ".join(filter(None, (call["code"], call["reason"])))
    words = f"{call['time']}  {call['account'] or '-':<12}  {call['status']}  "
    return f"{words}{call['operation']:<32}  {mark:<7}  {fault}".rstrip()


@sim.command()
@click.argument("name")
@click.option("--times", type=int, help="How often it hits; else as often as the fault says.")
@click.option("--probability", type=float, help="Chance for each call, above 0 up to 1.")
@click.option("--seed", help="Chooses which calls the probability hits.")
@click.option("--operation", "operations", multiple=True, help="Such as ListAccounts, or List*.")
@click.option("--account", help="Only calls by this account.")
@click.option("--skip", type=int, help="How many calls it lets pass first.")
@click.option("--seconds", type=float, help="How late a slow answer is.")
@click.option("--factor", type=float, help="How much faster documented throttling refills.")
@click.option("--off", is_flag=True, help="Take the fault back.")
@_endpoint
def fault(
    name: str, operations: tuple[str, ...], off: bool, endpoint: str | None, **options: Any
) -> None:
    """Arm the fault NAME; `orgkit sim faults` lists them."""
    control = _control(endpoint)
    for armed in control.disarm(name) if off else [control.arm(name, *operations, **options)]:
        click.echo(_fault_line(armed) if off else f"Armed {name}, on {_operations(armed)}.")


def _operations(armed: dict[str, Any]) -> str:
    return ", ".join(armed["operations"])


@sim.command()
def faults() -> None:
    """List the faults that can be armed."""
    from orgkit.sim.faults.catalog import FAULTS  # botocore's model: not for every command

    for name, row in FAULTS.items():
        click.echo(f"{name:<24} {row.about}")


@sim.command()
@click.argument("recording", type=_file)
@click.pass_context
def replay(context: click.Context, recording: Path) -> None:
    """Play a RECORDING of `serve --record` again, and compare every answer."""
    from orgkit.sim.server import replay as server_replay  # moto and botocore, as for serve

    played = server_replay.replay(recording)
    if played.difference:
        click.echo(f"Different from {played.difference}", err=True)
        context.exit(1)
    click.echo(f"{played.requests} requests, {played.compared} answers compared: all the same.")


@sim.command()
def scenarios() -> None:
    """List the shipped scenarios."""
    from orgkit.sim.scenario.shipped import available  # pydantic and YAML: not for every command

    for name, title in available():
        click.echo(f"{name:<10} {title}")


@sim.command()
@_endpoint
def stop(endpoint: str | None) -> None:
    """End the running simulator; its state stays."""
    if endpoint:
        Control(endpoint).stop()
    # None of this folder: then the one that the environment names, or the reason why not.
    elif not discovery.stop(environment.home()):
        _control(None).stop()


@sim.command()
def reset() -> None:
    """End this folder's simulator and forget its walk; the next start is a new organization."""
    number = discovery.reset(environment.home())
    ending = f"the scenario's with {number} at the end" if number > 1 else "the scenario's"
    click.echo(f"The next start is a new organization: its id is {ending}.")
