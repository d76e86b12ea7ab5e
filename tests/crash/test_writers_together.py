"""Many processes that do everything to the same collections at the same time: nothing is ever half there."""

from __future__ import annotations

import os
import random
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from gohelper import Collection, Go
from gohelper import Document as GoDocument
from pygob.chromem import Format, NameTaken, Store, name_hash

PROCESSES = 6
OPERATIONS = int(os.environ.get("PYGOB_WRITERS_OPERATIONS", "120"))
NAMES = ("a", "b", "c")
IDS = ("1", "2", "3", "4")


def operations(store: Store, numbers: random.Random, number: int) -> dict[str, Callable[[], object]]:
    """What may be done, by kind."""
    name, document_id = numbers.choice(NAMES), numbers.choice(IDS)
    return {
        "create": lambda: store.create_collection(name, {"by": str(number)}, backup=number % 2 == 0),
        "get or create": lambda: store.get_or_create_collection(name).metadata(),
        "delete": lambda: store.delete_collection(name),
        "add": lambda: store.collection(name).add(document_id, [1.0, 0.0], content=str(number)),
        "remove": lambda: store.collection(name).delete(document_id, "1"),
        "note": lambda: store.collection(name).set_metadata({"by": str(number)}),
        "read": lambda: list(store.collection(name).documents()),
    }


# What a process may be told because another was faster: that a collection is there, or is not any more.
EXPECTED = {
    "create": (NameTaken,),
    "get or create": (FileNotFoundError,),
    "delete": (LookupError,),
    "add": (LookupError, FileNotFoundError),
    "remove": (LookupError, FileNotFoundError),
    "note": (LookupError, FileNotFoundError),
    "read": (LookupError, FileNotFoundError),
}


def work(path: Path, seed: int) -> None:
    store, numbers = Store(path), random.Random(seed)
    for number in range(OPERATIONS):
        kinds = operations(store, numbers, number)
        kind = numbers.choices(list(kinds), weights=[2, 2, 2, 10, 2, 2, 2])[0]
        try:
            kinds[kind]()
        except EXPECTED[kind]:
            continue


def in_a_process(act: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001 - the child must not go on as pytest
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    return child


@pytest.mark.parametrize("form", Format)
def test_whatever_they_do_chromem_opens_what_is_left(tmp_path: Path, go: Go, form: Format) -> None:
    store = Store.create(tmp_path / "store")
    store.create_collection("kept", form=form).add("x", [1.0, 0.0])
    children = [in_a_process(lambda seed=seed: work(store.path, seed)) for seed in range(PROCESSES)]
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * PROCESSES
    found = {}
    for collection in store.collections():
        name = collection.metadata().name
        assert collection.dir == name_hash(name)
        assert all(entry.format is form or entry.name.endswith(".backup") for entry in collection.entries())
        found[name] = len(list(collection.documents()))
    assert [entry.name for entry in store.entries()] == sorted(map(name_hash, found))
    assert go.chromem_open(store.path, compress=form is Format.GZ) == found


@pytest.mark.parametrize("form", Format)
def test_beside_real_chromem_every_document_of_both_is_there(
    tmp_path: Path, go: Go, fresh_go: Go, form: Format
) -> None:
    """chromem opens the store for each of its rounds while Python adds: what it reads is whole."""
    compress = form is Format.GZ
    store = Store.create(tmp_path / "store")
    notes = store.create_collection("notes", form=form)
    for each in range(3):
        store.create_collection(f"go {each}")

    def add_by_go(rounds: int) -> None:
        for number in range(rounds):
            both = [GoDocument(f"go {number}", {}, [1.0, 0.0]), GoDocument("both", {}, [1.0, 0.0], "by Go")]
            given = [Collection("notes", {}, both), Collection(f"go {number % 3}", {}, both)]
            fresh_go.chromem_add(store.path, given, compress=compress)

    with ThreadPoolExecutor(1) as pool:
        going_on = pool.submit(add_by_go, 20)
        number = 0
        while not going_on.done() or number < 20:
            notes.add(f"python {number}", [0.0, 1.0])
            with suppress(NameTaken):  # chromem is writing this very file
                notes.add("both", [0.0, 1.0], content="by Python")
            store.get_or_create_collection(f"python {number % 3}", form=form)
            number += 1
        going_on.result()
    found = {
        collection.metadata().name: len(list(collection.documents())) for collection in store.collections()
    }
    wanted = {f"go {each}": len(range(each, 20, 3)) + 1 for each in range(3)}
    assert found == wanted | {f"python {each}": 0 for each in range(3)} | {"notes": 20 + number + 1}
    assert go.chromem_open(store.path, compress=compress) == found
