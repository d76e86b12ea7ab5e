"""Make the test vectors anew with real Go: ``python -m gohelper.vectors``.

The catalogue of cases is Go source (``gohelper/cmd/vectors``); every case is encoded in a Go process of
its own, because gob counts type ids per process. ``docs/description.md`` explains the files.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from gohelper.build import MODULE
from gohelper.errors import GoHelperError
from gohelper.programs import compile_program
from gohelper.toolchain import find_toolchain

_VECTORS = MODULE.parent / "tests" / "vectors"
_KINDS = ("conformance", "compatibility", "refusals")


def _run(*command: str | Path) -> str:
    """Run a command and return what it prints; what it complains about goes to our stderr."""
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603 - just compiled
    return done.stdout


def _one_entry_a_line(catalogue: dict[str, Any]) -> str:
    """Write a JSON object of lists so that a difference between two versions can be read."""
    members = []
    for key, value in catalogue.items():
        if isinstance(value, list):
            entries = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in value)
            members.append(f"{json.dumps(key)}: [\n{entries}\n]")
        else:
            members.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{" + ",\n".join(members) + "}\n"


def generate(target: Path) -> dict[str, int]:
    """Write the catalogue of named types and every kind of vectors into a folder.

    Args:
        target: where the files go; files of an earlier run are replaced.

    Returns:
        How many cases each file has.

    Raises:
        GoMissing: No Go toolchain.
        GoBuildFailed: Go refused to build the generator; the message holds its output.
        subprocess.CalledProcessError: A case failed; its reason is on stderr.
    """
    counts = {}
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        program = compile_program("vectors", Path(folder))
        catalogue = {"go": find_toolchain().version, **json.loads(_run(program, "catalogue"))}
        (target / "catalogue.json").write_text(_one_entry_a_line(catalogue), encoding="utf-8")
        for kind in _KINDS:
            lines = _run(program, kind)
            (target / f"{kind}.jsonl").write_text(lines, encoding="utf-8")
            counts[kind] = lines.count("\n")
    return counts


def main(arguments: list[str] | None = None) -> int:
    """Regenerate the vectors; 0 done, 1 a case failed, 3 nothing could be built."""
    parser = argparse.ArgumentParser(
        prog="python -m gohelper.vectors", description="Make the test vectors anew."
    )
    parser.add_argument("--output", type=Path, default=_VECTORS, help="folder (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        counts = generate(options.output)
    except GoHelperError as error:
        print(f"gohelper.vectors: {error}", file=sys.stderr)  # noqa: T201 - a command line
        return 3
    except subprocess.CalledProcessError:
        print("gohelper.vectors: a case failed, see above", file=sys.stderr)  # noqa: T201 - a command line
        return 1
    for kind, count in counts.items():
        print(f"{count} cases in {options.output / kind}.jsonl")  # noqa: T201 - a command line
    return 0


if __name__ == "__main__":
    sys.exit(main())
