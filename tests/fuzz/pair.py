"""The checks of `make matrix` for one pair of versions: those that the gohelper of this tree is built from.

It changes the vectors of its tree, which must be a copy.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pygob
from gohelper import Collection, Document
from gohelper.programs import compile_program
from gohelper.values import collection_to_json
from pygob import chromem
from pygob.chromem import envelope
from tests.fuzz.differential import GoProcess, batch, comparisons
from tests.support.descriptions import VECTORS, GoTypes, vectors

SEEDS = range(4)
CASES = 160


def remake_vectors() -> None:
    """Let this Go make the catalogue and the conformance vectors; keep those there were as "original"."""
    (VECTORS / "conformance.jsonl").rename(VECTORS / "original.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        program = compile_program("vectors", Path(folder))
        for kind, name in (("catalogue", "catalogue.json"), ("conformance", "conformance.jsonl")):
            with (VECTORS / name).open("wb") as file:
                subprocess.run([program, kind], stdout=file, check=True)


_IDS = frozenset(("id", "common_id", "elem", "key"))


def in_order(view: Any) -> Any:
    """A wire view in which the order of maps makes no difference, nor the type ids that follow from it."""
    if isinstance(view, list):
        return sorted(map(in_order, view), key=lambda item: json.dumps(item, sort_keys=True))
    if not isinstance(view, dict):
        return view
    kept = {key: value for key, value in view.items() if key not in _IDS}
    if "fields" in kept:
        kept["fields"] = [name for name, _ in kept["fields"]]
    return {key: in_order(value) for key, value in kept.items()}


def check_vectors() -> dict[str, Any]:
    """How the streams of this Go differ from those of the Go that made our vectors."""
    made = vectors("conformance")
    ours = {case["name"]: case for case in vectors("original")}
    same = reordered = encoded = described = 0
    different = []
    for case in made:
        stream = base64.b64decode(case["stream"])
        if case["stream"] == ours[case["name"]]["stream"]:
            same += 1
        elif in_order(case["wire"]) == in_order(ours[case["name"]]["wire"]):
            reordered += 1
        else:
            different.append(case["name"])
        if case["values"]:
            described += 1
            go, writer = GoTypes(), pygob.GobWriter()
            values = (
                (go.value(item["type"], item["value"]), go.type(item["type"])) for item in case["values"]
            )
            again = pygob.Stream.parse(stream).to_bytes()
            encoded += b"".join(writer.encode(*item) for item in values) == stream == again
    return {
        "same": same,
        "reordered": reordered,
        "different": different,
        "encoded": encoded,
        "described": described,
    }


def check_random() -> dict[str, int]:
    """Random cases in the directions of `tests/differential/test_random.py`."""
    values = disagreements = 0
    for seed in SEEDS:
        for comparison in comparisons(batch(seed, CASES)):
            disagreements += len(list(comparison))
            values += sum(len(case) for case, encoded in comparison.done if encoded.error is None)
    return {"values": values, "disagreements": disagreements}


def check_store(folder: Path, form: chromem.Format) -> str:
    """Let chromem write a store and pygob read it, and the other way round; "ok" or what differs."""
    compress = form is chromem.Format.GZ
    documents = [
        Document("a", {"k": "v", "tenant": "t"}, [0.6, 0.8, 0.0], "some text"),
        Document("b", {}, [0.0, 0.0, 1.0], "日本語"),
    ]
    given = [Collection("memories", {"model": "bge"}, documents), Collection("empty", {}, [])]
    with GoProcess() as go:
        request = {"path": str(folder / "go"), "compress": compress}
        counts = list(
            go.ask("chromem.create", [request | {"collections": list(map(collection_to_json, given))}])
        )
        store = chromem.Store(folder / "go")
        (folder / "ours").mkdir()
        read = {}
        for collection in store.collections():
            metadata = collection.metadata()
            read[metadata.name] = (metadata.metadata, {each.id: each for each in collection.documents()})
            copy = folder / "ours" / collection.dir
            copy.mkdir()
            chromem.write_metadata(copy, metadata, form)
            for each in collection.documents():
                chromem.write_document(copy, each, form)
        for item in given:
            metadata, found = read[item.name]
            if metadata != item.metadata or found.keys() != {each.id for each in item.documents}:
                return f"{item.name} read as {metadata}, {sorted(found)}"
            for each in item.documents:
                known = (each.metadata, each.content, [round(x, 6) for x in each.embedding or ()])
                seen = found[each.id]
                if known != (seen.metadata, seen.content, [round(x, 6) for x in seen.embedding or ()]):
                    return f"{each.id} read as {seen}"
        compressed_alike = True
        for path in (folder / "go").rglob("*.gob*"):
            raw = path.read_bytes()
            data = envelope.unwrap(raw).data
            if pygob.Stream.parse(data).to_bytes() != data:
                return f"{path.name} is written otherwise"
            compressed_alike = compressed_alike and envelope.wrap(data, compressed=compress) == raw
        opened = list(go.ask("chromem.open", [{"path": str(folder / "ours"), "compress": compress}]))
    if opened != counts:
        return f"ours opens as {opened}"
    return "ok" if compressed_alike else "ok, Go compresses otherwise"


def main() -> int:
    """Make the vectors, in a process that knows none yet, or print what the checks say."""
    if sys.argv[1:] == ["remake"]:
        remake_vectors()
        return 0
    with GoProcess() as go:
        (versions,) = go.ask("version", [{}])
    stores = {}
    for form in (chromem.Format.PLAIN, chromem.Format.GZ):
        with tempfile.TemporaryDirectory() as folder:
            stores[form.name.lower()] = check_store(Path(folder), form)
    found = {"go": versions["go"], "chromem": versions["chromem"], "stores": stores}
    found |= {"vectors": check_vectors(), "random": check_random()}
    found["agrees"] = (
        all(outcome.startswith("ok") for outcome in stores.values())
        and found["vectors"]["encoded"] == found["vectors"]["described"]
        and not found["random"]["disagreements"]
    )
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
