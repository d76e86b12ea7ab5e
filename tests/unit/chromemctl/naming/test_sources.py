"""One section a source: what it finds, how sure that is, and how its inputs fail."""

import gzip
import json
import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from chromemctl.naming import (
    Confidence,
    Environment,
    Evidence,
    Fragment,
    Identification,
    TornName,
    capture_environment,
    harvest,
    identify,
    registries_beside,
)
from chromemctl.naming.sources import texts
from pygob.chromem.names import name_hash

# The type descriptions with which chromem's metadata files begin.
HEAD = bytes.fromhex(
    "227f030102ff8000010201044e616d65010c0001084d6574616461746101ff820000"
    "0021ff81040101116d61705b737472696e675d737472696e6701ff8200010c010c0000"
)


def metadata_file(name: str) -> bytes:
    value = b"\xff\x80\x01" + bytes([len(name)]) + name.encode() + b"\x01\x00\x00"
    return HEAD + bytes([len(value)]) + value


def only(found: Identification) -> list[tuple[str, Confidence]]:
    return [(n.name, n.confidence) for n in found.folders[0].names]


def search(name: str, evidence: Evidence) -> list[tuple[str, Confidence]]:
    return only(identify([name_hash(name)], evidence))


# torn metadata

NAME = "zebra_crossing_memories"
FOLDER = name_hash(NAME)


@pytest.mark.parametrize("wrap", [bytes, gzip.compress], ids=["plain", "gz"])
def test_a_name_is_read_from_what_is_left_of_the_file(wrap: type[bytes]) -> None:
    left = wrap(metadata_file(NAME)[:-3])
    found = identify([FOLDER], Evidence(fragments=[Fragment(FOLDER, left, "00000000.gob")]))
    assert only(found) == [(NAME, Confidence.CERTAIN)]
    assert found.folders[0].names[0].source == "00000000.gob"


def test_a_name_is_read_whatever_became_of_the_head() -> None:
    noise = random.Random(1).randbytes(len(HEAD))
    left = noise + metadata_file(NAME)[len(HEAD) :]
    assert search(NAME, Evidence(fragments=[Fragment(FOLDER, left, "f")])) == [(NAME, Confidence.CERTAIN)]


def test_every_flipped_bit_of_the_name_is_found() -> None:
    whole = metadata_file(NAME)
    start = whole.index(NAME.encode())
    for bit in range(8 * (start - 1), 8 * (start + len(NAME))):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        fragment = Fragment(FOLDER, bytes(data), "f")
        found = search(NAME, Evidence(fragments=[fragment]))
        assert [name for name, _ in found] == [NAME], bit
        assert found[0][1] is not Confidence.POSSIBLE or bit < 8 * start


@pytest.mark.parametrize("lost", range(1, len("_memories")))
def test_a_torn_name_is_completed(lost: int) -> None:
    torn = metadata_file(NAME)[: -3 - lost]
    fragment = Fragment(FOLDER, torn, "f")
    assert search(NAME, Evidence(fragments=[fragment])) == [(NAME, Confidence.CERTAIN)]


def test_a_name_that_ends_in_zeros_is_completed() -> None:
    data = metadata_file(NAME)
    zeros = data[:-8] + bytes(8)
    assert search(NAME, Evidence(fragments=[Fragment(FOLDER, zeros, "f")])) == [(NAME, Confidence.CERTAIN)]


@pytest.mark.parametrize("wrap", [bytes, lambda data: gzip.compress(data, 0)], ids=["plain", "gz"])
def test_the_texts_of_the_type_definitions_contradict_no_name(wrap: Callable[[bytes], bytes]) -> None:
    name = "contextd_memories"
    documents = {name_hash(name): [{"tenant_id": "acme", "project_id": "billing"}]}
    damaged = bytearray(wrap(metadata_file(name)))
    end = damaged.index(b"[string]string")
    damaged[end:] = bytes(len(damaged) - end)
    fragment = Fragment(name_hash(name), bytes(damaged), "f")
    assert search(name, Evidence(documents=documents, fragments=[fragment])) == [(name, Confidence.CERTAIN)]


def test_a_name_of_four_thousand_characters_is_read() -> None:
    name = "x" * 4096
    left = HEAD + b"\xfe\x10\x08\xff\x80\x01\xfe\x10\x00" + name.encode()
    assert search(name, Evidence(fragments=[Fragment(name_hash(name), left, "f")])) == [
        (name, Confidence.CERTAIN)
    ]


@pytest.mark.parametrize("length", [12, None])
def test_up_to_three_lost_characters_are_tried_out(length: int | None) -> None:
    name = "quaggaxx-7k3"
    torn = TornName(name_hash(name), name[:-3], length, "f")
    assert search(name, Evidence(torn=[torn])) == [(name, Confidence.CERTAIN)]


def test_a_fragment_speaks_for_its_own_folder_only() -> None:
    fragment = Fragment("00000000", metadata_file(NAME), "f")
    found = identify([FOLDER, "00000000"], Evidence(fragments=[fragment]))
    assert all(entry.names == () for entry in found.folders)


@pytest.mark.parametrize(
    "data", [b"", b"\x1f\x8b", b"\x1f\x8b" + bytes(50), bytes(5_000), b"\xff" * 100_000, b"\x01\x7f" * 50_000]
)
def test_a_fragment_of_rubbish_is_harmless(data: bytes) -> None:
    evidence = Evidence(fragments=[Fragment(FOLDER, data, "f")])
    found = identify([FOLDER], evidence, applications=())
    assert (only(found), found.skipped) == ([], ())
    assert found.candidates < 500_000


# registry files


def test_the_registry_of_contextd_tells_tenants_teams_and_projects(tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    entry = {"uuid": "u", "created_at": "2026-01-01T00:00:00Z"}
    projects = {"zebra/herd/stripes": {**entry, "name": "stripes"}}
    path.write_text(json.dumps({"version": 1, "tenants": {}, "teams": {}, "projects": projects}))
    for name in ("zebra_stripes_memories", "herd_stripes_sessions", "stripes_codebase", "herd_memories"):
        assert search(name, Evidence(registries=[path])) == [(name, Confidence.LIKELY)]


def test_files_called_by_collections_name_them(tmp_path: Path) -> None:
    path = tmp_path / "collection-my notes.json"
    path.write_text("{}")
    found = identify([name_hash("my notes")], Evidence(registries=[path]))
    assert only(found) == [("my notes", Confidence.CERTAIN)]
    assert found.folders[0].names[0].source == "collection-my notes.json"


def test_the_data_sets_of_a_database_name_collections(tmp_path: Path) -> None:
    path = tmp_path / "knowledge.db"
    with sqlite3.connect(path) as database:
        database.execute('CREATE TABLE "data ""sets" (id TEXT, size INTEGER)')
        database.execute("CREATE TABLE files (id INTEGER, dataset TEXT, note BLOB)")
        database.execute('INSERT INTO "data ""sets" VALUES (?, 3)', ("giraffes",))
        database.execute("INSERT INTO files VALUES (1, ?, ?)", ("okapis", b"\xff"))
    database.close()
    before = sorted(tmp_path.iterdir())
    for name in ("giraffes", "okapis"):
        assert search(name, Evidence(registries=[path])) == [(name, Confidence.CERTAIN)]
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("registry.json", b"{"),
        ("registry.json", b"[]"),
        ("registry.json", b"\xff\xfe"),
        ("registry.json", b"[" * 100_000),
        ("knowledge.db", b"no database at all" * 100),
        ("missing.json", None),
    ],
)
def test_a_registry_that_cannot_be_read_is_reported(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    found = identify(["00000000"], Evidence(registries=[path]), applications=())
    assert [skipped.source for skipped in found.skipped] == [str(path)]
    assert found.skipped[0].reason


def test_strange_but_legal_registries_are_harmless(tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    path.write_text('{"tenants": [1], "teams": {"a/b/c/d": 3}, "projects": {"\\ud800": null}}')
    assert identify(["00000000"], Evidence(registries=[path])).skipped == ()


def test_registries_are_found_in_beside_and_above_a_store(tmp_path: Path) -> None:
    store = tmp_path / "tenant" / "project"
    store.mkdir(parents=True)
    expected = [
        store / "collection-a.json",
        store.parent / "knowledge.db",
        tmp_path / "registry.json",
    ]
    for path in (*expected, tmp_path / "collection-far.json", store / "other.json"):
        path.touch()
    assert registries_beside(store) == tuple(expected)
    assert registries_beside(tmp_path / "nowhere" / "at" / "all") == (tmp_path / "registry.json",)


# other collections of the store


@pytest.mark.parametrize(
    ("known", "name"),
    [
        (["zebra_stripes_memories"], "zebra_stripes_checkpoints"),
        (["ana-notes", "ben-files"], "ana-files"),
        (["box:12:log"], "box:13:log"),
        (["part007"], "part012"),
        (["alpha-x-1"], "alpha"),
    ],
)
def test_healthy_names_lead_to_their_siblings(known: list[str], name: str) -> None:
    assert search(name, Evidence(known_names=known)) == [(name, Confidence.LIKELY)]


def test_documents_of_other_collections_tell_the_parts() -> None:
    documents = {"11111111": [{"tenant_id": "zebra", "project_id": "stripes"}]}
    name = "zebra_stripes_codebase"
    assert search(name, Evidence(documents=documents)) == [(name, Confidence.LIKELY)]


@pytest.mark.parametrize(
    ("taught", "key", "value", "name", "other"),
    [
        ("user-41-notes", "account", "41", "user-93-notes", "93"),
        ("kb/big-shop/v2", "shop", "Big Shop", "kb/corner-shop/v2", "Corner Shop"),
    ],
)
def test_a_pattern_is_learned_from_a_healthy_collection(
    taught: str, key: str, value: str, name: str, other: str
) -> None:
    documents = {name_hash(taught): [{key: value}], name_hash(name): [{key: other}]}
    evidence = Evidence(documents=documents, known_names=[taught])
    assert search(name, evidence) == [(name, Confidence.CERTAIN)]


# environment


def test_the_environment_fills_the_parts(tmp_path: Path) -> None:
    machine = Environment(git_users=("Ana María Q",), projects=("stripes",), paths=("/home/ana/stripes",))
    for name in ("ana_mar_a_q_stripes_memories", "stripes_sessions", "project_files:/home/ana/stripes"):
        assert search(name, Evidence(environment=machine)) == [(name, Confidence.LIKELY)]


def test_the_path_of_the_store_tells_tenant_and_project() -> None:
    store = Path("/srv/contextd/zebra/stripes")
    name = "zebra_stripes_memories"
    assert search(name, Evidence(store=store)) == [(name, Confidence.LIKELY)]


def test_the_environment_is_read_from_git_and_the_shell(tmp_path: Path) -> None:
    home, project = tmp_path / "ana", tmp_path / "stripes"
    (project / ".git").mkdir(parents=True)
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = Ana María\n[core]\n\teditor\n")
    (project / ".git" / "config").write_text(
        '[remote "fork"]\n\turl = https://github.com/other/stripes\n'
        '[remote "origin"]\n\turl = git@github.com:zebra/stripes.git\n'
    )
    machine = capture_environment(home=home, environ={"USER": "ana", "LOGNAME": "ana"}, projects=[project])
    assert machine.git_users == ("Ana María",)
    assert machine.git_owners == ("zebra", "other")
    assert machine.users == ("ana",)
    assert machine.projects == ("stripes",)
    assert machine.paths == (str(project),)
    assert machine.hosts


@pytest.mark.parametrize("content", [b"not a configuration", b"\xff\xfe[", b"[user\nname = x"])
def test_a_broken_git_configuration_adds_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".gitconfig").write_bytes(content)
    machine = capture_environment(home=tmp_path, environ={})
    assert (machine.git_users, machine.git_owners) == ((), ())


# texts


@pytest.mark.parametrize("wrap", [bytes, gzip.compress], ids=["plain", "gz"])
@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('level=info collection="my own notes" docs=3', "my own notes"),
        ("created collection okapi:herd-7.", "okapi:herd-7"),
        ("cd ~/src/stripes && make", "stripes_memories"),
        ("git clone git@github.com:zebra/stripes.git", "zebra_stripes_git_codebase"),
        ("INSERT INTO x VALUES (7,'žirafa');", "žirafa"),
    ],
)
def test_names_are_found_in_texts(tmp_path: Path, line: str, name: str, wrap: type[bytes]) -> None:
    path = tmp_path / "text"
    path.write_bytes(wrap(f"2026-01-22 start\n{line}\nend {'padding ' * 50}".encode()))
    found = identify([name_hash(name)], Evidence(texts=[path]))
    assert [n.name for n in found.folders[0].names] == [name]


def test_an_identifier_across_two_chunks_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "CHUNK", 10)
    path = tmp_path / "log"
    path.write_text("some words and zebra_crossing_memories in the middle of it")
    assert "zebra_crossing_memories" in set(harvest(path))


def test_folders_are_read_and_links_and_pipes_are_not(tmp_path: Path) -> None:
    (tmp_path / "logs" / "old").mkdir(parents=True)
    (tmp_path / "logs" / "old" / "a.log").write_text("zebra_crossing")
    (tmp_path / "logs" / "loop").symlink_to(tmp_path / "logs")
    os.mkfifo(tmp_path / "logs" / "pipe")
    found = identify([name_hash("zebra_crossing")], Evidence(texts=[tmp_path / "logs"]))
    assert only(found) == [("zebra_crossing", Confidence.LIKELY)]
    assert found.skipped == ()


def test_a_text_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    found = identify(["00000000"], Evidence(texts=[tmp_path / "none"]), applications=())
    assert [skipped.source for skipped in found.skipped] == [str(tmp_path / "none")]


def test_random_bytes_as_text_are_harmless_and_make_nothing_certain(tmp_path: Path) -> None:
    path = tmp_path / "database"
    path.write_bytes(random.Random(5).randbytes(300_000))
    found = identify(["00000000", "e9f85bf6"], Evidence(texts=[path]))
    assert {n.confidence for entry in found.folders for n in entry.names} <= {Confidence.LIKELY}


# templates and words


def test_templates_take_the_operators_words() -> None:
    evidence = Evidence(templates=["{animal|upper}+{pattern}"], words=["zebra", "stripes"])
    assert search("ZEBRA+stripes", evidence) == [("ZEBRA+stripes", Confidence.LIKELY)]


def test_templates_take_the_parts_of_the_applications() -> None:
    evidence = Evidence(templates=["{tenant}/{type}"], environment=Environment(users=("zebra",)))
    assert search("zebra/memories", evidence) == [("zebra/memories", Confidence.LIKELY)]


def test_common_words_are_tried_last() -> None:
    assert search("demo_backend_memories", Evidence()) == [("demo_backend_memories", Confidence.LIKELY)]
