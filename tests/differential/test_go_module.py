"""The Go side's own tests, and the committed vectors against their generator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gohelper.build import MODULE
from gohelper.toolchain import find_toolchain
from gohelper.vectors import generate

VECTORS = Path(__file__).parents[1] / "vectors"

pytestmark = [pytest.mark.usefixtures("go"), pytest.mark.slow]


@pytest.mark.parametrize(
    "arguments",
    [
        # Case tables name no fields: a compiler error would tell if a field were added.
        pytest.param(["vet", "-composites=false", "./..."], id="vet"),
        pytest.param(["test", "./..."], id="test"),
    ],
)
def test_the_go_module_is_sound(arguments: list[str]) -> None:
    done = find_toolchain().run(*arguments, cgo=True, folder=MODULE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_vectors_are_what_their_generator_makes(tmp_path: Path) -> None:
    maker, here = made_by(VECTORS), find_toolchain().version
    if here != maker:
        pytest.skip(
            f"the vectors were made with {maker}, this is {here}: error texts and library types may differ"
        )
    counts = generate(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {path.name for path in VECTORS.iterdir()}
    assert catalogue(VECTORS) == catalogue(tmp_path)
    for kind in counts:
        committed, made = cases(VECTORS, kind), cases(tmp_path, kind)
        assert [case["name"] for case in committed] == [case["name"] for case in made]
        changed = [
            old["name"] for old, new in zip(committed, made, strict=True) if old != new and not has_map(new)
        ]
        assert changed == [], f"in {kind}.jsonl; `python -m gohelper.vectors` makes it anew"


def catalogue(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
    return content


def made_by(folder: Path) -> str:
    """The version of Go that made the vectors."""
    version: str = catalogue(folder)["go"]
    return version


def cases(folder: Path, kind: str) -> list[dict[str, Any]]:
    with (folder / f"{kind}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def has_map(case: dict[str, Any]) -> bool:
    """Map entries are sent in an order of Go's choice; chromem's export is a map too."""
    text = json.dumps(case)
    return '"kind": "map"' in text or "map[" in text
