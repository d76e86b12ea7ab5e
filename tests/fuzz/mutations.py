"""`make mutations`: small errors in a copy of pygob, one at a time; the differential tests must catch each.

Nothing in the tree is changed. An error is a piece of source that occurs once and what stands in its place.
"""

from __future__ import annotations

import argparse
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

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
        "_varint.py",
        "(value.bit_length() + 7) >> 3",
        "(value.bit_length() + 8) >> 3",
    ),
    Mutation("a negative integer off by one", "_varint.py", "(~value << 1) | 1", "(-value << 1) | 1"),
    Mutation(
        "-0.0 sent in structs",
        "_write_leaf.py",
        "return value is None or self.number(value) == 0",
        'return value is None or str(self.number(value)) == "0.0"',
    ),
    Mutation(
        "an empty map taken for a nil one",
        "_write_plan.py",
        """    type: types.Map

    def link""",
        """    type: types.Map

    def is_omitted(self, value: Any) -> bool:
        return not value

    def link""",
    ),
    Mutation(
        "an array of zeros left out",
        "_write_plan.py",
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
        'if value is None and root.kind != "interface" and not may_be_nil(root):',
        "if False:",
    ),
    Mutation(
        "the byte count of an interface without the lengths inside it",
        "_blocks.py",
        "len(self.buffer) - start + self._inserted - inserted_before",
        "len(self.buffer) - start",
    ),
    Mutation(
        "a definition does not end the block it stands in",
        "_blocks.py",
        """        self.close_block()
        self.open_block()
""",
        "        pass\n",
    ),
    Mutation(
        "a nil interface read as one without a name",
        "_value_plan.py",
        """        if not name:
            return None
""",
        """        if not name:
            return Interface("", None)
""",
    ),
    Mutation(
        "a field's number sent in place of the step to it",
        "_write_plan.py",
        "uint_bytes(number - last)",
        "uint_bytes(number + 1)",
    ),
    Mutation(
        "text that is not UTF-8 replaced",
        "_source.py",
        'return self.take(self.length("string")).decode("utf-8", "surrogateescape")',
        'return self.take(self.length("string")).decode("utf-8", "replace")',
    ),
    Mutation(
        "an odd float among many put one place off",
        "_kernels.py",
        "doubles[8 * index : 8 * index + 8] = value",
        "doubles[8 * index + 8 : 8 * index + 16] = value",
    ),
    Mutation(
        "an odd float among many written before its neighbour",
        "_kernels.py",
        "lanes[begin * step : index * step]",
        "lanes[begin * step : (index - 1) * step]",
    ),
    Mutation(
        "a level of nesting counted as a thousand",
        "_plan.py",
        """values.append(value if value is not WALK else (yield plan.steps(source, depth + 1)))""",
        """values.append(value if value is not WALK else (yield plan.steps(source, depth + 1000)))""",
    ),
    Mutation(
        "any byte taken for the zero before a value that is no struct",
        "_plan.py",
        "        if source.read_uint():\n",
        "        if source.read_uint() > 1:\n",
    ),
    Mutation(
        "NaN keys dropped",
        "_plan.py",
        "SAFE_KEYS:\n            return dict(entries)",
        "SAFE_KEYS:\n            return {key: item for key, item in entries if key == key}",
    ),
    Mutation(
        "a length one byte past the message believed",
        "_source.py",
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
        "_value_plan.py",
        'raise source.corrupt("extra data in buffer")',
        """source.pos = source.end
                continue""",
    ),
    Mutation(
        "the parts of a complex number exchanged",
        "_source.py",
        "return complex(real, self.read_float())",
        "return complex(self.read_float(), real)",
    ),
    Mutation(
        "a map count beyond Go's int refused",
        "_source.py",
        "return count if count <= INT64_MAX else 0",
        "return count",
    ),
    Mutation(
        "a generated reader makes lists of arrays",
        "_specialized.py",
        'finish = "tuple" if isinstance(plan, ArrayPlan) else ""',
        'finish = ""',
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


def failure(tree: Path) -> str | None:
    """The first of the sample's tests that fails in a tree, or `None`."""
    environment = os.environ | {
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *SAMPLE]
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60 * _MINUTES,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"nothing: the tests did not end within {_MINUTES} minutes"
    if done.returncode == 0:
        return None
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0].split(" ", 1)[1] if failed else done.stdout[-500:] + done.stderr[-500:]


def main(arguments: list[str] | None = None) -> int:
    """Try every error; 0 all are caught, 1 one is not, 2 the tests fail without any."""
    parser = argparse.ArgumentParser(prog="make mutations", description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="*", default=[""], help="those whose name contains one of these")
    options = parser.parse_args(arguments)
    chosen = [each for each in MUTATIONS if any(words in each.name for words in options.only)]
    with tempfile.TemporaryDirectory(prefix="pygob-mutations-") as folder:
        trees: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for number in range(options.jobs):
            trees.put(copy_tree(Path(folder) / str(number)))
        first = trees.get()
        for each in chosen:  # before anything takes time
            mutated(each, (first / "pygob" / each.file).read_text(encoding="utf-8"))
        if (reason := failure(first)) is not None:
            print(f"the tests fail as they are: {reason}", file=sys.stderr)
            return 2
        trees.put(first)

        def try_one(mutation: Mutation) -> str | None:
            tree = trees.get()
            path = tree / "pygob" / mutation.file
            right = path.read_text(encoding="utf-8")
            start = time.monotonic()
            try:
                path.write_text(mutated(mutation, right), encoding="utf-8")
                caught = failure(tree)
            finally:
                path.write_text(right, encoding="utf-8")
                trees.put(tree)
            by = f"caught by {caught}" if caught else "NOT CAUGHT"
            print(f"{mutation.name}: {by} ({time.monotonic() - start:.0f} s)", flush=True)
            return caught

        with ThreadPoolExecutor(options.jobs) as pool:
            caught = [each is not None for each in pool.map(try_one, chosen)]
    print(f"{sum(caught)} of {len(caught)} caught")
    return 0 if all(caught) else 1


if __name__ == "__main__":
    sys.exit(main())
