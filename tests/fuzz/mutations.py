"""`make mutations`: small errors in a copy of pygob, one at a time; the differential tests must catch each.

Nothing in the tree is changed. An error is a piece of source that occurs once and what stands in its place.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]

SAMPLE = (
    "tests/differential/test_random.py",
    "tests/differential/test_random_found.py",
    "tests/differential/test_malformed.py",
)
"""The tests that have to catch them."""

_COPIED = ("pygob", "gohelper", "tests", "pyproject.toml")
_MINUTES = 10


class Mutation(NamedTuple):
    """A small error.

    Attributes:
        name: What is wrong then.
        file: Where, in pygob.
        right: The piece of source.
        wrong: What replaces it.
    """

    name: str
    file: str
    right: str
    wrong: str


MUTATIONS = (
    Mutation(
        "an integer one byte too wide",
        "_messages/varint.py",
        "(value.bit_length() + 7) >> 3",
        "(value.bit_length() + 8) >> 3",
    ),
    Mutation(
        "a negative integer off by one",
        "_messages/varint.py",
        "(~value << 1) | 1",
        "(-value << 1) | 1",
    ),
    Mutation(
        "-0.0 sent in structs",
        "_writing/leaf.py",
        "return value is None or self.number(value) == 0",
        'return value is None or str(self.number(value)) == "0.0"',
    ),
    Mutation(
        "an empty map taken for a nil one",
        "_writing/container.py",
        """    type: types.Map

    def link""",
        """    type: types.Map

    def is_omitted(self, value: Any) -> bool:
        return not value

    def link""",
    ),
    Mutation(
        "an array of zeros left out",
        "_writing/container.py",
        """    type: types.Array

    def _elements""",
        """    type: types.Array

    def is_omitted(self, value: Any) -> bool:
        return value is None or not any(value)

    def _elements""",
    ),
    Mutation(
        "a slice takes its id before its element",
        "typeids.py",
        'definition = self._objects[key] = WireType(0, "slice", name)\n',
        """definition = self._objects[key] = WireType(0, "slice", name)
                self._set_id(definition)
""",
    ),
    Mutation(
        "the element of a map has a name",
        "typeids.py",
        """elem = yield self._child_object(described.elem, "")
                self._set_id(definition)
                definition.key""",
        """elem = yield self._child_object(described.elem, described.elem.name)
                self._set_id(definition)
                definition.key""",
    ),
    Mutation(
        "a field's unnamed type without its text",
        "typeids.py",
        "self._child_id(base, _field_type_name(base))",
        "self._child_id(base, base.name)",
    ),
    Mutation(
        "a pointer to a marshaler without an id of its own",
        "typeids.py",
        "common_id=self._take_id()",
        "common_id=definition.id",
    ),
    Mutation(
        "definitions in the reverse order",
        "encoder.py",
        "pending.extend(reversed(parts))",
        "pending.extend(parts)",
    ),
    Mutation(
        "a nil pointer takes an id before it is refused",
        "encoder.py",
        "_refuse_nil(value, described)  # before its type takes an id, as in Go",
        "pass",
    ),
    Mutation(
        "the byte count of an interface without the lengths inside it",
        "_messages/blocks.py",
        "len(self.buffer) - start + self._inserted - inserted_before",
        "len(self.buffer) - start",
    ),
    Mutation(
        "a definition does not end the block it stands in",
        "_messages/blocks.py",
        """        self.close_block()
        self.open_block()
""",
        "        pass\n",
    ),
    Mutation(
        "a nil interface read as one without a name",
        "_reading/value_plan.py",
        """        if is_zero_next(source):
            return None
""",
        """        if is_zero_next(source):
            return Interface("", None)
""",
    ),
    Mutation(
        "a field's number sent in place of the step to it",
        "_writing/container.py",
        "uint_bytes(number - last)",
        "uint_bytes(number + 1)",
    ),
    Mutation(
        "text that is not UTF-8 replaced",
        "_messages/source.py",
        'return self.take(self.length("string")).decode("utf-8", "surrogateescape")',
        'return self.take(self.length("string")).decode("utf-8", "replace")',
    ),
    Mutation(
        "an odd float among many put one place off",
        "_kernels/reading.py",
        "doubles[8 * index : 8 * index + 8] = value",
        "doubles[8 * index + 8 : 8 * index + 16] = value",
    ),
    Mutation(
        "an odd integer among many put one place off",
        "_kernels/integers.py",
        "words[size * index : size * index + size]",
        "words[size * index + size : size * index + 2 * size]",
    ),
    Mutation(
        "an odd float among many written before its neighbour",
        "_kernels/writing.py",
        "lanes[begin * step : index * step]",
        "lanes[begin * step : (index - 1) * step]",
    ),
    Mutation(
        "a level of nesting counted as a thousand",
        "_reading/plan.py",
        """values.append(value if value is not WALK else (yield plan.steps(source, depth + 1)))""",
        """values.append(value if value is not WALK else (yield plan.steps(source, depth + 1000)))""",
    ),
    Mutation(
        "any byte taken for the zero before a value that is no struct",
        "_reading/plan.py",
        "        if source.read_uint():\n",
        "        if source.read_uint() > 1:\n",
    ),
    Mutation(
        "NaN keys dropped",
        "_reading/map_keys.py",
        "Pairs(entries) if is_slow else dict(entries)",
        "Pairs(entries) if is_slow else {key: item for key, item in entries if key == key}",
    ),
    Mutation(
        "a length one byte past the message believed",
        "_messages/source.py",
        "if count > self.end - self.pos:",
        "if count > self.end - self.pos + 1:",
    ),
    Mutation(
        "a second definition of an id accepted",
        "wire.py",
        "if not FIRST_USER_ID <= type_id <= INT32_MAX or type_id in self.definitions:",
        "if not FIRST_USER_ID <= type_id <= INT32_MAX:",
    ),
    Mutation(
        "type ids in definitions not held to 32 bits",
        "wire.py",
        "if not INT32_MIN <= value <= INT32_MAX:",
        "if False:",
    ),
    Mutation(
        "bytes after a definition ignored",
        "_reading/value_plan.py",
        'raise source.corrupt("extra data in buffer")',
        """source.pos = source.end
                continue""",
    ),
    Mutation(
        "the parts of a complex number exchanged",
        "_messages/source.py",
        "return complex(real, self.read_float())",
        "return complex(self.read_float(), real)",
    ),
    Mutation(
        "a map count beyond Go's int refused",
        "_messages/source.py",
        "return count if count <= INT64_MAX else 0",
        "return count",
    ),
    Mutation(
        "a generated reader makes lists of arrays",
        "_reading/specialized.py",
        'finish = "tuple" if isinstance(plan, ArrayPlan) else ""',
        'finish = ""',
    ),
    Mutation(
        "a step of 32 fields or more cut to five bits",
        "_writing/container.py",
        "uint_bytes(number - last)",
        "uint_bytes((number - last) & 31)",
    ),
    Mutation(
        "names of fields received cut at 40 bytes",
        "wire.py",
        '[(f.Name, _checked_id(f.Id, "Id", source)) for f in body.Field]',
        '[(f.Name[:40], _checked_id(f.Id, "Id", source)) for f in body.Field]',
    ),
    Mutation(
        "arrays of more than 100 elements refused",
        "_writing/container.py",
        "if len(elements) != self.type.length:",
        "if len(elements) != self.type.length or len(elements) > 100:",
    ),
    Mutation(
        "a map of more than 64 entries loses one",
        "_reading/map_keys.py",
        "SAFE_KEYS:\n        return dict(entries)",
        "SAFE_KEYS:\n        return dict(entries if len(entries) <= 64 else entries[:-1])",
    ),
    Mutation(
        "names of types in interfaces refused beyond 80 bytes",
        "_writing/plan.py",
        "if not name or len(name) > MAX_NAME_BYTES:",
        "if not name or len(name) > 80:",
    ),
    Mutation(
        "dumps begins at another type id than a fresh process",
        "encoder.py",
        "writer = GobWriter(TypeIds(first_id))",
        "writer = GobWriter(TypeIds(first_id + 1))",
    ),
)


def mutated(mutation: Mutation, source: str) -> str:
    """The source with the error in it.

    Raises:
        ValueError: The piece does not occur exactly once: the error must be written anew.
    """
    if (count := source.count(mutation.right)) != 1:
        raise ValueError(f"{mutation.name}: in {mutation.file} {count} times, not once: {mutation.right!r}")
    return source.replace(mutation.right, mutation.wrong)


def copy_tree(folder: Path) -> Path:
    """A copy of what the tests need, to put errors into."""
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.tmp"))
        else:
            shutil.copy(source, folder / name)
    return folder


class Outcome(NamedTuple):
    """What the sample says of a tree.

    Attributes:
        kind: `CAUGHT`, `NOT_CAUGHT` or `NO_VERDICT`.
        detail: The first test that failed, or why there is no verdict.
    """

    kind: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind


CAUGHT, NOT_CAUGHT, NO_VERDICT = "caught", "NOT CAUGHT", "NO VERDICT"


def outcome(tree: Path) -> Outcome:
    """What the sample's tests say of a tree; tests that did not run, or not to their end, say nothing."""
    environment = os.environ | {
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }
    report = tree / "report.xml"
    options = ("-x", "-q", "--no-header", "-p", "no:cacheprovider", "-m", "not slow", f"--junitxml={report}")
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, *SAMPLE],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # its Go processes end with it
    )
    try:
        output, _ = process.communicate(timeout=60 * _MINUTES)
    except subprocess.TimeoutExpired:
        return Outcome(NO_VERDICT, f"the tests did not end within {_MINUTES} minutes")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return judged(process.returncode, report.read_text("utf-8") if report.is_file() else "", output)


def judged(returncode: int, report: str, output: str) -> Outcome:
    """What a run of pytest means, from its exit code, its JUnit report and its output."""
    if returncode not in (0, 1) or not report:
        return Outcome(NO_VERDICT, f"pytest exits with {returncode}: {output[-500:].strip()}")
    cases = list(ElementTree.fromstring(report).iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None]
    if failed:
        return Outcome(CAUGHT, f"{failed[0].get('classname')}::{failed[0].get('name')}")
    for kind in ("error", "skipped"):
        if others := [case for case in cases if case.find(kind) is not None]:
            return Outcome(NO_VERDICT, f"{kind}: {others[0].get('classname')}::{others[0].get('name')}")
    return Outcome(NOT_CAUGHT) if cases else Outcome(NO_VERDICT, "no test ran")


def main(arguments: list[str] | None = None) -> int:
    """Try every error; 0 all are caught, 1 some are not or nobody says, 2 the tests fail without any."""
    parser = argparse.ArgumentParser(prog="make mutations", description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="*", default=[""], help="those whose name contains one of these")
    options = parser.parse_args(arguments)
    chosen = [each for each in MUTATIONS if any(words in each.name for words in options.only)]
    if not chosen:
        parser.error(f"no error's name contains {' or '.join(options.only)}")
    with tempfile.TemporaryDirectory(prefix="pygob-mutations-") as folder:
        trees: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for number in range(options.jobs):
            trees.put(copy_tree(Path(folder) / str(number)))
        first = trees.get()
        for each in chosen:  # before anything takes time
            mutated(each, (first / "pygob" / each.file).read_text(encoding="utf-8"))
        if (unchanged := outcome(first)).kind != NOT_CAUGHT:
            print(f"the tests do not pass as they are: {unchanged.detail}", file=sys.stderr)
            return 2
        trees.put(first)

        def try_one(mutation: Mutation) -> Outcome:
            tree = trees.get()
            path = tree / "pygob" / mutation.file
            right = path.read_text(encoding="utf-8")
            start = time.monotonic()
            try:
                path.write_text(mutated(mutation, right), encoding="utf-8")
                found = outcome(tree)
            finally:
                path.write_text(right, encoding="utf-8")
                trees.put(tree)
            print(f"{mutation.name}: {found} ({time.monotonic() - start:.0f} s)", flush=True)
            return found

        with ThreadPoolExecutor(options.jobs) as pool:
            kinds = Counter(each.kind for each in pool.map(try_one, chosen))
    print(", ".join(f"{kinds[kind]} {kind}" for kind in (CAUGHT, NOT_CAUGHT, NO_VERDICT) if kinds[kind]))
    return 0 if kinds.keys() <= {CAUGHT} else 1


if __name__ == "__main__":
    sys.exit(main())
