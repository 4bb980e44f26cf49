"""Random changes of a signed store: each must show under the public key and the digest kept.

`python -m tests.support.mutated_evidence --number 10000 --seed 1` makes a signed store by the kit's
own code, changes a copy in memory again and again, and counts what verifying missed, what ended in
an exception, and what took more than ten seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orgkit.evidence.index_page import INDEX, opened, sealed, taken_apart
from orgkit.evidence.journal.journal import HEAD
from orgkit.evidence.signatures.keys import PublicKey
from orgkit.evidence.verify import verify
from orgkit.formats import canonical, digest
from tests.evidence.test_attacks import Target
from tests.evidence.test_verify import MUTATIONS, Files, Held, files
from tests.support.make import ORGANIZATION

SECONDS = 10
Change = Callable[[Files, random.Random], object]
_FOLDER = f"{ORGANIZATION}/observations"
_HOSTILE = (b"", b"null", b"[" * 50_000, b'{"a":NaN}', b"\xff\xfe", b'"\\ud800"', b"9" * 9_000)
_VALUES: tuple[Any, ...] = (None, 1, "x", [], {}, [1], [{}], True, -1, 1e300, "../x", "\ud7ff")


def _entries(content: Files) -> list[str]:
    return sorted(n for n in content if n.startswith(_FOLDER))


def _truncate(content: Files, chance: random.Random) -> None:
    name = chance.choice([n for n in sorted(content) if content[n]])
    content[name] = content[name][: chance.randrange(len(content[name]))]


def _append(content: Files, chance: random.Random) -> None:
    content[chance.choice(sorted(content))] += bytes([chance.randrange(256)])


def _hostile(content: Files, chance: random.Random) -> None:
    content[chance.choice(sorted(content))] = chance.choice(_HOSTILE)


def _older_head(content: Files, chance: random.Random) -> None:
    """HEAD as it was at some entry before, of which the run went on."""
    names = _entries(content)
    at = chance.randrange(len(names) - 3)
    heads = [digest(content[names[at]])]
    content[f"{ORGANIZATION}/{HEAD}"] = canonical({"format": "orgkit.head/1", "heads": heads})


def _cut(content: Files, chance: random.Random) -> None:
    """The end of the journal goes, with HEAD right again."""
    names = _entries(content)
    at = chance.randrange(1, len(names))
    for name in names[at:]:
        del content[name]
    heads = [digest(content[names[at - 1]])]
    content[f"{ORGANIZATION}/{HEAD}"] = canonical({"format": "orgkit.head/1", "heads": heads})


def _some_go(content: Files, chance: random.Random) -> None:
    for name in chance.sample(sorted(content), chance.randint(2, 6)):
        del content[name]


def _forged(content: Files, chance: random.Random) -> None:
    """An entry with right digests hangs on an old one; HEAD names both ends."""
    names = _entries(content)
    before = chance.choice(names[:-2])
    data = json.loads(content[before])
    body = {"name": "result", "operation": "AcceptHandshake", "done": True, "changed": "yes"}
    data |= {"sequence": data["sequence"] + 1, "previous": [digest(content[before])], "run": ""}
    _put(content, data | {"kind": "event", "body": body})


def _of_wrong_types(content: Files, chance: random.Random) -> None:
    """The newest entry's like, with one member of it or of its body something else."""
    last = _entries(content)[-1]
    data = json.loads(content[last])
    data |= {"sequence": data["sequence"] + 1, "previous": [digest(content[last])]}
    place = chance.choice((data, data["body"]))
    place[chance.choice(sorted(place))] = chance.choice(_VALUES)
    _put(content, data)


def _put(content: Files, data: Any) -> None:
    new = canonical(data)
    sequence = data["sequence"] if isinstance(data["sequence"], int) else 99
    content[f"{_FOLDER}/{sequence:08d}-{data['kind']}-{digest(new)[:16]}.json"] = new
    head = json.loads(content[f"{ORGANIZATION}/{HEAD}"])["heads"]
    heads = sorted({*(h for h in head if h not in str(data["previous"])), digest(new)})
    content[f"{ORGANIZATION}/{HEAD}"] = canonical({"format": "orgkit.head/1", "heads": heads})


def _index(content: Files, chance: random.Random) -> None:
    """A page with another line, one line less, a script, and a right closing digest."""
    page = opened(content[f"{ORGANIZATION}/{INDEX}"])
    assert page is not None
    lines = taken_apart(page, ORGANIZATION).lines
    line = chance.choice(lines)
    other = chance.choice(
        (
            page.replace(line, ""),
            page.replace(line, line * 2),
            page.replace(line, line.replace("<td></td>", "<td>READY</td>", 1)),
            page.replace(line, line.replace("/report.html", "/../../../x.html")),
            page.replace("<main>", "<main><script>1</script>"),
            page.replace("</main>", '<meta http-equiv="refresh" content="0"></main>'),
            page.replace(line, f"{line}<tr><td>x</td></tr>\n"),
        )
    )
    content[f"{ORGANIZATION}/{INDEX}"] = sealed(other)


def _older_run(content: Files, chance: random.Random) -> None:
    """A run without its report, as its own announcement spells it."""
    manifests = [n for n in sorted(content) if n.endswith("MANIFEST.sha256")]
    name = chance.choice(manifests)
    kept = [line for line in content[name].splitlines(keepends=True) if b"report.html" not in line]
    content[name] = b"".join(kept)
    del content[name.replace("MANIFEST.sha256", "report.html")]


def _no_signatures(content: Files, chance: random.Random) -> None:
    """Every signature goes; sometimes what follows too."""
    signed = [n for n in _entries(content) if b'"name":"signed"' in content[n]]
    for name in signed[chance.randrange(len(signed)) :]:
        del content[name]


CHANGES: tuple[Change, ...] = (
    *MUTATIONS,
    _truncate,
    _append,
    _hostile,
    _older_head,
    _cut,
    _some_go,
    _forged,
    _of_wrong_types,
    _index,
    _older_run,
    _no_signatures,
)


class Tried:
    """What came of the changes, by kind."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.wrong: list[str] = []

    def one(self, whole: Files, key: PublicKey, head: str, chance: random.Random) -> None:
        """Change a copy once, or twice, and verify it."""
        content = dict(whole)
        changes = [chance.choice(CHANGES) for _ in range(chance.choice((1, 1, 1, 2)))]
        name = "+".join(c.__name__.strip("_") for c in changes)
        try:
            for change in changes:
                change(content, chance)
        except (
            LookupError,
            ValueError,
            TypeError,
            AssertionError,
        ):  # nothing is left to be changed so
            return
        if content == whole:
            return
        self.tried[changes[0].__name__.strip("_")] += 1
        signal.alarm(SECONDS)
        try:
            found = verify(Held(content), [key])
        except Exception as error:  # whatever it is, a reader would see a traceback
            self.wrong.append(f"{name}: {type(error).__name__}: {error}"[:300])
        else:
            if not (found.broken or found.unsigned or head not in found.digests):
                self.wrong.append(f"{name}: missed")
        finally:
            signal.alarm(0)


def run(number: int, seed: int) -> Tried:
    """Make a signed store and change it so many times."""
    tried, chance = Tried(), random.Random(seed)  # noqa: S311 - seeded on purpose
    signal.signal(signal.SIGALRM, _too_long)
    with tempfile.TemporaryDirectory() as folder:
        target = Target.made(Path(folder))
        whole = files(target.folder)
        while tried.tried.total() < number:
            tried.one(whole, target.key, target.head, chance)
    return tried


def _too_long(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} seconds")


def main() -> int:
    """Tell what came of it; 1 if anything was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tried = run(given.number, given.seed)
    for name, count in sorted(tried.tried.items()):
        sys.stdout.write(f"{name:<16} {count:>6}\n")
    for line in tried.wrong[:20]:
        sys.stdout.write(f"WRONG {line}\n")
    sys.stdout.write(f"{tried.tried.total()} changes, {len(tried.wrong)} missed or wrong\n")
    return 1 if tried.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
