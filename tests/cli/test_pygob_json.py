"""`pygob json`, `jsonl` and `from-json`: a gob stream edited as text."""

from __future__ import annotations

import base64
import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import pygob
from pygob import types
from pygob.editing.lossless import to_records
from tests.support.descriptions import vectors
from tests.support.pygob_command import run, said

POINT = types.Struct("Point", {"X": types.INT, "Name": types.STRING})
DATA = pygob.dumps(pygob.Struct(POINT, X=7, Name="für"), POINT)


def test_json() -> None:
    assert said("json", stdin=DATA) == '{\n  "X": 7,\n  "Name": "für"\n}\n'
    assert said("jsonl", stdin=DATA) == '{"X":7,"Name":"für"}\n'


def test_many_values_are_many_documents() -> None:
    stream = b"".join(pygob.dumps(number) for number in range(5))
    assert said("jsonl", stdin=stream) == "0\n1\n2\n3\n4\n"
    assert said("jsonl", "--offset", "1", "--limit", "2", stdin=stream) == "1\n2\n"
    assert said("json", "--index", "3", stdin=stream) == "3\n"


def test_output_in_another_encoding_stays_json() -> None:
    text = pygob.dumps("für 日本 \U0001f600 \x1b")
    outcome = run("json", stdin=text, encoding="latin-1")
    assert outcome.returncode == 0
    assert json.loads(outcome.stdout) == "für 日本 \U0001f600 \x1b"


@pytest.mark.parametrize("command", ["json", "jsonl"])
def test_there_and_back(command: str) -> None:
    """Every record that real Go's streams give, in one process each way."""
    for case in vectors("conformance")[::150]:
        data = base64.b64decode(case["stream"])
        text = said(command, "--lossless", stdin=data)
        outcome = run("from-json", stdin=text.encode())
        assert (outcome.returncode, outcome.stderr, outcome.stdout) == (0, b"", data)


def test_an_edited_value() -> None:
    text = said("json", "--lossless", stdin=DATA).replace('"für"', '"Ada"')
    stream = run("from-json", stdin=text.encode()).stdout
    assert pygob.loads(stream) == pygob.Struct(POINT, X=7, Name="Ada")
    assert pygob.Stream.parse(stream).types == pygob.Stream.parse(DATA).types


def test_a_list_of_records_is_taken_too() -> None:
    outcome = run("from-json", stdin=json.dumps(list(to_records(DATA))).encode())
    assert outcome.stdout == DATA


def test_damaged_input_is_said_and_kept() -> None:
    outcome = run("json", "--lossless", stdin=DATA[:-3])
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(b"Error: standard input: unexpected EOF (at byte ")
    assert run("from-json", stdin=outcome.stdout).stdout == DATA[:-3]


def test_a_value_too_deep_for_json() -> None:
    node = types.Struct("Node")
    node.fields = {"Next": types.Pointer(node), "X": types.INT}  # type: ignore[assignment]
    chain = pygob.Struct(node, X=1)
    for _ in range(400):
        chain = pygob.Struct(node, Next=chain)
    data = pygob.dumps(chain, node)
    outcome = run("json", stdin=data)
    assert (outcome.returncode, outcome.stdout) == (1, b"")
    assert b"pygob show shows it" in outcome.stderr
    assert run("from-json", stdin=said("json", "--lossless", stdin=data).encode()).stdout == data


class TestFromJsonWrites:
    def test_a_new_file(self, tmp_path: Path) -> None:
        text = said("json", "--lossless", stdin=DATA).encode()
        path = tmp_path / "new.gob"
        outcome = run("from-json", "-o", path, stdin=text)
        assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, b"", b"")
        assert path.read_bytes() == DATA
        assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
        assert list(tmp_path.iterdir()) == [path]

    def test_over_no_other_file_unless_told_to(self, tmp_path: Path) -> None:
        text = said("json", "--lossless", stdin=DATA).encode()
        path = tmp_path / "old.gob"
        path.write_bytes(b"precious")
        outcome = run("from-json", "-o", path, stdin=text)
        assert outcome.returncode == 2
        assert b"exists already; --force replaces it" in outcome.stderr
        assert path.read_bytes() == b"precious"
        assert run("from-json", "--force", "-o", path, stdin=text).returncode == 0
        assert path.read_bytes() == DATA

    def test_what_is_there_is_told(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "old").write_bytes(b"old")
        (tmp_path / "link").symlink_to("old")
        (tmp_path / "loose").symlink_to("nothing")
        for name, said_then in {
            "pipe": "is a named pipe; --force writes into it",
            "/dev/full": "is no regular file; --force writes into it",
            "link": f"leads to {tmp_path}/old, which exists already; --force replaces it, and the link stays",
            "loose": f"leads to {tmp_path}/nothing; --force writes there",
            ".": "the name of a file is needed, not a folder",
        }.items():
            outcome = run("set", ".", "2", "-o", tmp_path / name, stdin=pygob.dumps(1))
            assert outcome.returncode == 2
            assert outcome.stderr.decode() == f"Error: {tmp_path / name}: {said_then}\n"
        assert run("set", ".", "2", "-o", "", stdin=pygob.dumps(1)).returncode == 2

    @pytest.mark.parametrize("mode", [0o600, 0o640])
    def test_through_links_which_stay(self, mode: int, tmp_path: Path) -> None:
        text = said("json", "--lossless", stdin=DATA).encode()
        path, link = tmp_path / "secret.gob", tmp_path / "link.gob"
        path.write_bytes(b"old")
        path.chmod(mode)
        link.symlink_to("way.gob")
        (tmp_path / "way.gob").symlink_to("secret.gob")
        outcome = run("from-json", "--force", "-o", link, stdin=text)
        assert (outcome.returncode, outcome.stderr) == (0, b"")
        assert link.readlink() == Path("way.gob")
        assert not path.is_symlink()
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (DATA, mode)
        assert len(list(tmp_path.iterdir())) == 3

    def test_what_a_link_leads_to_though_it_is_not_there_yet(self, tmp_path: Path) -> None:
        text = said("json", "--lossless", stdin=DATA).encode()
        link = tmp_path / "link.gob"
        link.symlink_to("new.gob")
        assert run("from-json", "-o", link, stdin=text).returncode == 2
        assert run("from-json", "--force", "-o", link, stdin=text).returncode == 0
        assert link.is_symlink()
        assert (tmp_path / "new.gob").read_bytes() == DATA
        assert (tmp_path / "new.gob").stat().st_mode & 0o777 == 0o666 & ~_umask()

    def test_into_pipes_which_stay(self, tmp_path: Path) -> None:
        text = said("json", "--lossless", stdin=DATA).encode()
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # so that nobody waits for one
        try:
            assert run("from-json", "--force", "-o", pipe, stdin=text).returncode == 0
            assert os.read(reader, 2 * len(DATA)) == DATA
        finally:
            os.close(reader)
        assert pipe.is_fifo()
        assert list(tmp_path.iterdir()) == [pipe]

    def test_no_socket_and_no_ring_of_links(self, tmp_path: Path) -> None:
        text = said("json", "--lossless", stdin=DATA).encode()
        ring = tmp_path / "ring"
        ring.symlink_to("ring")
        os.mknod(tmp_path / "socket", stat.S_IFSOCK | 0o600)
        for name in ("ring", "socket"):
            outcome = run("from-json", "--force", "-o", tmp_path / name, stdin=text)
            assert outcome.returncode == 3
            assert outcome.stderr.startswith(f"Error: {tmp_path / name}: ".encode())
        assert ring.is_symlink()
        assert (tmp_path / "socket").is_socket()

    def test_nothing_when_the_input_is_wrong(self, tmp_path: Path) -> None:
        path = tmp_path / "new.gob"
        outcome = run("from-json", "-o", path, stdin=b'{"id": 2, "value": 1}\n{"id": 2, "value": "one"}')
        assert outcome.returncode == 1
        assert outcome.stderr == (
            b'Error: standard input: "one" given where int takes a whole number, beyond 2^53 in quotes'
            b" (in record 2: int)\n"
        )
        assert not path.exists()

    def test_nothing_where_no_folder_is(self, tmp_path: Path) -> None:
        record = b'{"id": 2, "value": 1}'
        outcome = run("from-json", "-o", tmp_path / "no" / "new.gob", stdin=record)
        assert outcome.returncode == 3
        assert b"No such file or directory" in outcome.stderr

    def test_nothing_to_a_terminal(self) -> None:
        leader, follower = pty.openpty()
        try:
            outcome = subprocess.run(
                [sys.executable, "-m", "pygob", "from-json"],
                input=b"", stdout=follower, stderr=subprocess.PIPE, check=False,
            )  # fmt: skip
        finally:
            os.close(leader)
            os.close(follower)
        assert outcome.returncode == 2
        assert b"give -o FILE" in outcome.stderr

    @pytest.mark.parametrize("text", [b"not json", b"\xff\xfe", b"[" * 5000, b'{"a": 1}', b"7"])
    def test_no_traceback(self, text: bytes) -> None:
        outcome = run("from-json", stdin=text)
        assert outcome.returncode == 1
        assert outcome.stderr.startswith(b"Error: standard input: ")


def test_lossless_is_for_the_whole_stream() -> None:
    outcome = run("json", "--lossless", "--limit", "1", stdin=DATA)
    assert outcome.returncode == 2
    assert b"the whole stream" in outcome.stderr


def test_values_come_out_before_the_stream_ends() -> None:
    """A long stream is not collected first."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pygob", "jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        for number in (1, 2):
            process.stdin.write(pygob.dumps(number))
            process.stdin.flush()
            assert process.stdout.readline() == b"%d\n" % number
        process.stdin.close()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
