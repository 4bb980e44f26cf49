"""The last output of a notebook: where the evidence lies, and the header of its report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from orgkit.views.blocks import Block, Facts, bundle, join

HEADER = (
    "notebook",
    "organization_id",
    "target",
    "caller_arn",
    "started",
    "ended",
    "phase",
    "outcome",
    "exit_code",
)


class SavedRun(Block):
    """Where the evidence lies and what the run came to; carries the report's header as metadata."""

    def __init__(
        self, result: Mapping[str, Any], address: str, onward: Block, proof: Mapping[str, Any]
    ) -> None:
        self._result, self._address, self._onward = result, address, onward
        self._proof = dict(proof)

    def html(self) -> Markup:
        """Show the facts of `text` as a list, and a button to the next notebook."""
        return self._group().html()

    def text(self) -> str:
        """Tell outcome, exit code, address and next step."""
        return self._group().text()

    def _group(self) -> Block:
        return join([Facts("Saved", self._facts()), self._onward])

    def _facts(self) -> dict[str, Any]:
        signature = self._proof.get("signature")
        return {
            "Phase": self._result["phase"],
            "Outcome": f"{self._result['outcome']} (exit code {self._result['exit_code']})",
            "Evidence": self._address,
            **({"Signature": signature} if signature else {}),
        }

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        header = {k: self._result[k] for k in HEADER} | self._proof
        data, metadata = bundle(self.html())
        return {"text/plain": self.text(), **data}, {**metadata, "orgkit": header}
