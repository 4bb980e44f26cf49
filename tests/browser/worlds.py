"""An organization whose names attack a browser."""

from __future__ import annotations

from dataclasses import replace

from orgkit.sim.server.serve import open_world
from orgkit.sim.state.model import World
from tests.browser.chromium import FLAG

# Each sets a flag of its own when the browser takes it for markup.
MARKUP = (
    f"<img src=x onerror=window.{FLAG}1=1>",
    f"</script><script>window.{FLAG}2=1</script>",
    f"<svg/onload=window.{FLAG}3=1>",
    f"\"><img src=x onerror='window.{FLAG}4=1'>",
)
NAMES = (
    *MARKUP,
    "W" * 250,  # AWS allows 50 characters, but a browser does not know that
    f"[x](javascript:{FLAG}5=1) ![y](x) **bold** `c` | z",
    r"$\text{approved}$ \(x^2\) $$y$$",
    "\u202edesrever\u202c\u200f\u2066x\u2069",
    "👩‍👩‍👧‍👦🚀 Z̸̢̛a̷̧lgo 漢字",
)
ACCOUNTS = (*(str(n) * 12 for n in range(2, 10)), "101010101010")
ASKED = NAMES[:-1]  # the last account was created, and has nothing to approve


def hostile() -> World:
    """The scenario `hostile`, with names for a browser in place of those for a terminal."""
    world = open_world("hostile", None)
    for account, name in zip(ACCOUNTS, NAMES, strict=True):
        world.put_account(replace(world.accounts[account], name=name))
    return world
