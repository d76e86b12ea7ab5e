"""The programs of the gallery run as a reader would run them, and say what is true."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gohelper.client import Go
from gohelper.toolchain import find_toolchain
from pygob.chromem import Format, Store
from tests.docs.test_documents import environment
from tests.stores import write_store

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_orders_of_a_go_program_are_read(tmp_path: Path) -> None:
    said = run(tmp_path, sys.executable, EXAMPLES / "read_orders.py", EXAMPLES / "orders" / "orders.gob")
    assert said.splitlines() == [
        "1001  2024-03-01T09:30:00.123456789+01:00     65.00  Card(Network='Visa', Digits=(4, 2, 4, 2))",
        "      1 x kettle",
        "      6 x cup",
        "1002  2024-03-02T18:00:00Z     24.00  Transfer(IBAN='DE02120300000000202051')",
        "      1 x teapot",
    ]


def test_the_orders_are_what_their_go_program_writes(go: object, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "orders", tmp_path / "orders", ignore=shutil.ignore_patterns("*.gob"))
    done = find_toolchain().run("run", ".", cgo=False, folder=tmp_path / "orders")
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "orders" / "orders.gob").read_bytes()
    assert written == (EXAMPLES / "orders" / "orders.gob").read_bytes()


@pytest.mark.parametrize("form", Format)
def test_the_nearest_documents_are_those_of_real_chromem(go: Go, tmp_path: Path, form: Format) -> None:
    pytest.importorskip("numpy")
    store = write_store(tmp_path / "store", ["notes"], documents=40, form=form)
    documents = {document.id: document for document in Store(store).collections()[0].documents()}
    for asked in ("notes-0", "notes-17"):
        said = run(tmp_path, sys.executable, EXAMPLES / "nearest.py", store, "notes", asked, "7")
        query = list(documents[asked].embedding)
        expected = go.chromem_query(store, "notes", query, 7, compress=form is Format.GZ)
        answers = [line.split() for line in said.splitlines()]
        assert [name for _, name in answers] == [each.document.id for each in expected]
        similarities = [float(similarity) for similarity, _ in answers]
        assert similarities == pytest.approx([each.similarity for each in expected], abs=1e-4)


@pytest.mark.parametrize("form", Format)
def test_edited_metadata_is_what_real_chromem_reads(go: Go, tmp_path: Path, form: Format) -> None:
    store = write_store(tmp_path / "store", ["notes"], form=form, metadata={"team": "a", "old": "x"})
    said = run(tmp_path, sys.executable, EXAMPLES / "edit_metadata.py", store, "notes", "owner=ops", "-old")
    assert said == "Metadata(name='notes', metadata={'team': 'a', 'owner': 'ops'})\n"
    collection = go.chromem_documents(store, "notes", compress=form is Format.GZ)
    assert collection.metadata == {"team": "a", "owner": "ops"}
    assert len(collection.documents) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("read_orders.py",), "usage: python read_orders.py FILE\n"),
        (("read_orders.py", "nowhere"), "Error: [Errno 2] No such file or directory: 'nowhere'\n"),
        (("nearest.py", "healthy"), "usage: python nearest.py STORE COLLECTION DOCUMENT_ID [N]\n"),
        (
            ("nearest.py", "healthy", "contextd_memories", "x"),
            "Error: no document of contextd_memories has the id 'x'\n",
        ),
        (("edit_metadata.py", "healthy"), "usage: python edit_metadata.py STORE COLLECTION KEY=VALUE..."),
        (("edit_metadata.py", "healthy", "x", "a=b"), "Error: no collection has the name 'x'\n"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(workplace: Path, arguments: tuple[str, ...], said: str) -> None:
    if arguments[0] == "nearest.py":
        pytest.importorskip("numpy")
    command = [sys.executable, EXAMPLES / arguments[0], *arguments[1:]]
    done = subprocess.run(
        command, cwd=workplace, env=environment(workplace), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(said)


def test_the_drill_ends_with_a_healthy_store(workplace: Path) -> None:
    before = {path: path.read_bytes() for path in (workplace / "healthy").rglob("*.gob")}
    said = run(workplace, EXAMPLES / "drill.sh", workplace / "healthy")
    assert said.count("The application would start") == 3
    assert said.splitlines()[-1] == "After each drill the store was healthy."
    assert {path: path.read_bytes() for path in (workplace / "healthy").rglob("*.gob")} == before
