"""Make the test vectors anew with real Go: ``python -m gohelper.vectors``.

The catalogue of cases is Go source (``gohelper/cmd/vectors``); every case is encoded in a Go process of
its own, because gob counts type ids per process. ``docs/description.md`` explains the files.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_MODULE = Path(__file__).resolve().parent
_VECTORS = _MODULE.parent / "tests" / "vectors"
_KINDS = ("conformance", "compatibility")


def _run(*command: str | Path, cwd: Path = _MODULE) -> str:
    """Run a command and return what it prints; what it complains about goes to our stderr."""
    environment = os.environ | {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    done = subprocess.run(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
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


def generate(go: str, target: Path) -> dict[str, int]:
    """Write the catalogue of named types and every kind of vectors into a folder.

    Args:
        go: the go command.
        target: where the files go; files of an earlier run are replaced.

    Returns:
        How many cases each file has.

    Raises:
        subprocess.CalledProcessError: Go could not build the generator, or a case failed.
    """
    counts = {}
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(folder) / "vectors"
        _run(go, "build", "-trimpath", "-o", binary, "./cmd/vectors")
        version = _run(go, "env", "GOVERSION").strip()
        catalogue = {"go": version, **json.loads(_run(binary, "catalogue"))}
        (target / "catalogue.json").write_text(_one_entry_a_line(catalogue), encoding="utf-8")
        for kind in _KINDS:
            lines = _run(binary, kind)
            (target / f"{kind}.jsonl").write_text(lines, encoding="utf-8")
            counts[kind] = lines.count("\n")
    return counts


def _complain(what: str) -> None:
    print("gohelper.vectors:", what, file=sys.stderr)  # noqa: T201


def main(arguments: list[str] | None = None) -> int:
    """Regenerate the vectors; exit status 0, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="python -m gohelper.vectors", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--output", type=Path, default=_VECTORS, help="folder for the files (default: %(default)s)"
    )
    parser.add_argument("--go", default=shutil.which("go"), help="the go command (default: the one on PATH)")
    options = parser.parse_args(arguments)
    if options.go is None:
        _complain("no go command on PATH; install Go 1.21 or later, or name it with --go")
        return 1
    try:
        counts = generate(options.go, options.output)
    except subprocess.CalledProcessError as error:
        _complain(f"{Path(error.cmd[0]).name} failed, see above")
        return 1
    for kind, count in counts.items():
        print(f"{count} cases in {options.output / kind}.jsonl")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
