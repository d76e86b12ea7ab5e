"""`chromemctl identify` as its user meets it."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

from gohelper import Collection, Document, Go
from pygob.chromem import name_hash
from tests.stores import write_store
from tests.support.inside import inside
from tests.support.terminal import on_a_terminal

NAME = "contextd_memories"
UNGUESSABLE = "nobody could guess this 7f3a"


def test_store_with_and_without_metadata(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", [NAME, "contextd_checkpoints"])
    (store / name_hash(NAME) / "00000000.gob").unlink()
    outcome = inside("identify", "--json", store)
    assert outcome.returncode == 0, outcome.stderr
    report = json.loads(outcome.stdout)
    assert report["schema_version"] == 1
    assert report["candidates"] > 0
    best = {folder["dir"]: folder["names"][0] for folder in report["folders"]}
    assert {folder: name["name"] for folder, name in best.items()} == {
        name_hash(name): name for name in (NAME, "contextd_checkpoints")
    }
    assert all(set(name) == {"name", "source", "confidence", "expected_accidental"} for name in best.values())
    assert {name["confidence"] for name in best.values()} <= {"certain", "likely"}


def test_hash_alone() -> None:
    outcome = inside("identify", name_hash(NAME).upper())
    assert outcome.returncode == 0
    assert NAME in outcome.stdout


def test_one_folder_of_a_store(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", [NAME, "contextd_checkpoints"])
    report = json.loads(inside("identify", "--json", store, name_hash(NAME)).stdout)
    assert [folder["dir"] for folder in report["folders"]] == [name_hash(NAME)]


def test_name_that_is_not_found(tmp_path: Path) -> None:
    outcome = inside("identify", name_hash(UNGUESSABLE))
    assert outcome.returncode == 1
    assert "not found" in outcome.stdout


def test_names_file_and_texts(tmp_path: Path) -> None:
    names = tmp_path / "names"
    names.write_text(f"one\n{UNGUESSABLE}\n")
    assert UNGUESSABLE in inside("identify", "--names-file", names, name_hash(UNGUESSABLE)).stdout
    log = tmp_path / "app.log"
    log.write_text('level=info msg="collection ready" collection=xyzzy_plugh_memories\n')
    assert (
        "xyzzy_plugh_memories" in inside("identify", "--from", log, name_hash("xyzzy_plugh_memories")).stdout
    )


def test_wrong_use(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore")
    for arguments, code in (
        ([], 2),
        ([store, store], 2),
        ([store, "00112233"], 2),
        ([tmp_path / "nowhere"], 10),
    ):
        outcome = inside("identify", *arguments)
        assert outcome.returncode == code, outcome.stderr
        assert "Traceback" not in outcome.stderr


def test_what_a_search_found_is_put_to_use_by_the_command_it_names(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", [UNGUESSABLE, NAME])
    (store / name_hash(UNGUESSABLE) / "00000000.gob").unlink()
    names = tmp_path / "names"
    names.write_text(f"one\n{UNGUESSABLE}\n")
    told = inside("identify", "--names-file", names, store).stdout.splitlines()[-1]
    program, *arguments = shlex.split(told.removeprefix("Next:"))
    assert program == "chromemctl"
    assert inside(*arguments, "--yes").returncode == 0
    assert inside("verify", store).returncode == 0


def test_words_for_the_gaps_of_a_template(tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("quux\nplugh\n")
    folder = name_hash("plugh-xyzzy-quux")
    options = ("--template", "{a}-xyzzy-{b}", folder)
    assert inside("identify", *options).returncode == 1
    outcome = inside("identify", "--words", words, *options)
    assert (outcome.returncode, "plugh-xyzzy-quux" in outcome.stdout) == (0, True)


def test_naming_rules_of_ones_own(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "shop.toml").write_text('application = "shop"\nfixed = ["shop!settings!7f3a"]\n')
    folder = name_hash("shop!settings!7f3a")
    assert inside("identify", folder).returncode == 1
    assert inside("identify", "--rules", rules, folder).returncode == 0
    (rules / "shop.toml").write_text('application = "shop"\nfixd = []\n')
    outcome = inside("identify", "--rules", rules, folder)
    assert outcome.returncode == 2
    assert "shop.toml: fixd: unknown key" in outcome.stderr


def test_a_search_that_is_cut_short_says_so() -> None:
    outcome = inside("identify", "--max-candidates", "100", name_hash(UNGUESSABLE))
    assert outcome.returncode == 1
    assert "the limit of 100 candidates is reached" in outcome.stdout
    assert inside("identify", "--max-candidates", "0", "00112233").returncode == 2


def test_a_healthy_collection_teaches_the_name_of_a_lost_one(tmp_path: Path) -> None:
    """No rule knows `zq:KEY:zq`; the pattern is learned from the collections whose metadata is there."""
    store = tmp_path / "vectorstore"
    store.mkdir()
    for key in ("amber", "birch", "cedar"):
        made = write_store(tmp_path / key, [f"zq:{key}:zq"], document_metadata={"account": key})
        next(made.iterdir()).rename(store / name_hash(f"zq:{key}:zq"))
    (store / name_hash("zq:cedar:zq") / "00000000.gob").unlink()
    assert inside("recover", "--yes", store).returncode == 0
    assert "zq:cedar:zq" in inside("verify", store).stdout


def test_two_names_of_one_hash_in_a_healthy_folder(tmp_path: Path, go: Go) -> None:
    """What is told of them is what real chromem does."""
    first, last = "tenant_132842_memories", "tenant_169843_memories"
    store = tmp_path / "vectorstore"
    made = [
        Collection(name, {}, [Document(f"{name}-0", {"project_id": name[: -len("_memories")]}, [0.6, 0.8])])
        for name in (first, last)
    ]
    assert go.chromem_create(store, made) == {first: 1, last: 1}
    assert go.chromem_open(store) == {last: 2}
    shown = " ".join(inside("identify", store).stdout.split())
    assert (
        f"{name_hash(first)} may hold more than one collection '{first}' has the hash of '{last}'." in shown
    )
    assert "Next:" not in shown
    go.chromem_create(store, made[:1])
    assert go.chromem_open(store) == {first: 2}
    assert f"'{last}' has the hash of '{first}'." in inside("identify", store).stdout


def test_somebody_who_watches_sees_how_far_it_is() -> None:
    code, printed = on_a_terminal("identify", "--max-candidates", "3000000", name_hash(UNGUESSABLE))
    assert code == 1
    assert "tried, 0 of 1 folder named" in printed


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    outcome = inside("identify", "--max-candidates", "1000000", "--from", pipe, name_hash(UNGUESSABLE))
    assert outcome.returncode == 1
    assert "Skipped" in outcome.stdout
    assert "not a regular file" in outcome.stdout
