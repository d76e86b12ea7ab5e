from collections.abc import Iterator

import pytest

from chromemctl.naming import Confidence, Evidence, identify, load_applications
from chromemctl.naming.facts import TRACKED_KEYS, TRACKED_VALUES, FolderFacts, FrequentValues
from pygob.chromem.names import name_hash

DOCUMENTS = 100_000
NAME = "acme_shop_memories"
FOLDER = name_hash(NAME)


def test_frequent_values_survive_a_flood_of_others() -> None:
    table = FrequentValues()
    for number in range(20 * TRACKED_VALUES):
        table.add(f"noise {number}")
        if number % 10 == 0:
            table.add("tenant")
    assert table.best(1) == ["tenant"]
    assert len(table.best(10**9)) <= 2 * TRACKED_VALUES


def test_keys_that_rules_ask_for_survive_a_flood_of_others() -> None:
    flood = [{f"key {number}": "x" for number in range(5_000)}, {"tenant_id": "acme"}]
    facts = FolderFacts(flood, frozenset({"tenant_id"}))
    assert facts.values(["tenant_id"], 1) == ["acme"]
    assert len(facts.keys) == TRACKED_KEYS + 1


def test_the_folder_above_most_files_comes_first() -> None:
    files = [{"path": f"/src/app/{name}"} for name in ("a", "b/c", "d")] + [{"path": "/src/other/x"}]
    facts = FolderFacts(files, frozenset({"path"}))
    assert facts.ancestors(["path"], 3) == ["/src", "/src/app", "/src/app/b"]


def hostile_values() -> Iterator[dict[str, str]]:
    for number in range(DOCUMENTS):
        yield {
            "tenant_id": "acme" if number % 3 else f"t{number}",
            "project_id": "shop",
            "path": f"/a/{number}/b",
        }


def hostile_keys() -> Iterator[dict[str, str]]:
    for number in range(20):
        yield {f"k{number}.{key}": f"value {key}" for key in range(5_000)} | {"project_id": "acme shop"}


def hostile_sizes() -> Iterator[dict[str, str]]:
    for _ in range(3):
        yield {"tenant_id": "x" * 10_000_000, "file_path": "/a" * 2_000_000, "project_id": "acme shop"}
        yield {
            "tenant_id": "/" * 4_000,
            "file_path": "/a" * 2_000,
            "path": "\0" * 4_000,
            "project_id": "acme shop",
        }


@pytest.mark.parametrize("documents", [hostile_values, hostile_keys, hostile_sizes], ids=lambda f: f.__name__)
def test_hostile_metadata_costs_a_bounded_number_of_candidates(documents: object) -> None:
    assert callable(documents)
    evidence = Evidence(documents={FOLDER: documents()})
    found = identify([FOLDER], evidence, applications=load_applications())
    assert [(n.name, n.confidence) for n in found.folders[0].names] == [(NAME, Confidence.CERTAIN)]
    assert found.candidates < 300_000
