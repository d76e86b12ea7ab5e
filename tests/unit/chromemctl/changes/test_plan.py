"""Plans as data, and how steps are carried out."""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from chromemctl.changes import fingerprints, fsops
from chromemctl.changes.plan import (
    CreateFile,
    MakeDirectory,
    MoveDirectory,
    MoveEntry,
    MoveFile,
    RemoveDirectory,
    RemoveFile,
    SetTime,
    Step,
    inverse,
    step_from_json,
    step_to_json,
)
from pygob.chromem.durable import Ownership
from pygob.chromem.entries import Nature, nature_of
from tests.stores import tree

OWNER = Ownership(0o640)
STEPS: list[Step] = [
    MakeDirectory(PurePosixPath(".quarantine/x"), Ownership(0o700, 1, 2)),
    CreateFile(PurePosixPath("caf\udce9/00000000.gob"), b"\x00\xff", OWNER),
    MoveFile(PurePosixPath("a"), PurePosixPath("b/c"), 3, "00" * 32),
    MoveDirectory(PurePosixPath("a"), PurePosixPath("b/c"), 3, "00" * 32),
    MoveEntry(PurePosixPath("a"), PurePosixPath("b/c"), Nature("symbolic link", "./caf\udce9//x/")),
    MoveEntry(PurePosixPath("a"), PurePosixPath("b/c"), Nature("named pipe")),
    RemoveFile(PurePosixPath("caf\udce9/00000000.gob"), b"\x00\xff", OWNER),
    CreateFile(PurePosixPath("folder/old"), b"old", OWNER, 1_700_000_000_123_456_789),
    RemoveFile(PurePosixPath("folder/old"), b"old", OWNER, 1_700_000_000_123_456_789),
    RemoveDirectory(PurePosixPath(".quarantine/x"), Ownership(0o700, 1, 2)),
    SetTime(PurePosixPath("."), 1_700_000_000_123_456_789),
]


@pytest.mark.parametrize("step", STEPS)
def test_steps_survive_json(step: Step) -> None:
    assert step_from_json(step_to_json(step)) == step


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside", "a/../../b"])
def test_no_step_of_a_journal_leads_out_of_the_store(path: str) -> None:
    with pytest.raises(ValueError, match="outside the store"):
        step_from_json({"action": "make_directory", "path": path, "mode": "0700", "uid": -1, "gid": -1})


@pytest.mark.parametrize(
    "data", [{}, {"action": "remove", "path": "a"}, {"action": "move_file", "source": "a"}]
)
def test_what_is_no_step(data: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="step"):
        step_from_json(data)


@pytest.mark.parametrize("step", [step for step in STEPS if not isinstance(step, SetTime)])
def test_the_inverse_of_the_inverse_is_the_step(step: Step) -> None:
    back = inverse(step)
    assert back is not None
    assert back != step
    assert inverse(back) == step


def move(content: bytes) -> MoveFile:
    digest = hashlib.sha256(content).hexdigest()
    return MoveFile(PurePosixPath("from"), PurePosixPath("to"), len(content), digest)


def test_steps_can_be_repeated(tmp_path: Path) -> None:
    (tmp_path / "from").write_bytes(b"torn")
    steps = [
        MakeDirectory(PurePosixPath("folder"), Ownership(0o700)),
        CreateFile(PurePosixPath("folder/new"), b"new", OWNER),
        move(b"torn"),
    ]
    for _ in range(3):
        for step in steps:
            fsops.run_step(tmp_path, step, "token")
    assert (tmp_path / "to").read_bytes() == b"torn"
    assert (tmp_path / "folder" / "new").read_bytes() == b"new"
    assert not (tmp_path / "from").exists()


def test_a_file_in_the_way_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"other")
    with pytest.raises(fsops.Conflict, match="exists by now"):
        fsops.run_step(tmp_path, CreateFile(PurePosixPath("new"), b"mine", OWNER), "token")
    assert (tmp_path / "new").read_bytes() == b"other"


def test_another_file_than_planned_is_not_moved(tmp_path: Path) -> None:
    (tmp_path / "from").write_bytes(b"TORN")
    with pytest.raises(fsops.Conflict, match="has changed since"):
        fsops.run_step(tmp_path, move(b"torn"), "token")
    (tmp_path / "from").unlink()
    with pytest.raises(fsops.Conflict, match="is gone"):
        fsops.run_step(tmp_path, move(b"torn"), "token")
    (tmp_path / "to").write_bytes(b"other")
    with pytest.raises(fsops.Conflict, match="exists by now"):
        fsops.run_step(tmp_path, move(b"torn"), "token")


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "folder").write_bytes(b"")
    with pytest.raises(fsops.Conflict, match="not a directory"):
        fsops.run_step(tmp_path, MakeDirectory(PurePosixPath("folder"), OWNER), "token")


class TestMovingWhatIsNoFile:
    """Links, pipes and sockets move as they are, and only what was planned for."""

    def moved(self, path: Path) -> MoveEntry:
        nature = nature_of(path)
        assert nature is not None
        return MoveEntry(PurePosixPath("from"), PurePosixPath("to"), nature)

    @pytest.mark.parametrize("kind", ["link", "pipe", "socket"])
    def test_it_can_be_repeated_and_taken_back(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "from"
        {
            "link": lambda: path.symlink_to("./nowhere//at all/"),
            "pipe": lambda: os.mkfifo(path, 0o640),
            "socket": lambda: os.mknod(path, stat.S_IFSOCK | 0o610),
        }[kind]()
        os.utime(path, ns=(1, 1_700_000_000_123_456_789), follow_symlinks=False)
        before = tree(tmp_path)["from"]
        step = self.moved(path)
        back = inverse(step)
        assert back is not None
        for _ in range(2):
            fsops.run_step(tmp_path, step, "token")
        assert tree(tmp_path)["to"] == before
        fsops.require_possible(tmp_path, [back])
        for _ in range(2):
            fsops.run_step(tmp_path, back, "token")
        assert tree(tmp_path)["from"] == before

    def test_a_move_that_was_interrupted_half_way(self, tmp_path: Path) -> None:
        """Both names are there; a link to a file must not be taken for that file."""
        (tmp_path / "file").write_bytes(b"")
        (tmp_path / "from").symlink_to("file")
        step = self.moved(tmp_path / "from")
        os.link(tmp_path / "from", tmp_path / "to", follow_symlinks=False)
        fsops.run_step(tmp_path, step, "token")
        assert sorted(os.listdir(tmp_path)) == ["file", "to"]

    def test_something_else_than_planned_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "from"
        path.symlink_to("here")
        step = self.moved(path)
        path.unlink()
        path.symlink_to("there")
        with pytest.raises(fsops.Conflict, match="has changed since"):
            fsops.run_step(tmp_path, step, "token")
        with pytest.raises(fsops.Conflict, match="has changed since"):
            fsops.require_possible(tmp_path, [step])
        path.unlink()
        with pytest.raises(fsops.Conflict, match="is gone"):
            fsops.run_step(tmp_path, step, "token")
        (tmp_path / "to").write_bytes(b"here")
        with pytest.raises(fsops.Conflict, match="exists by now"):
            fsops.run_step(tmp_path, step, "token")


class TestMovingDirectories:
    """A directory moves as a whole, and only as it was planned for."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "from"
        (folder / "inner").mkdir(parents=True)
        (folder / "file").write_bytes(b"torn")
        (folder / "inner" / "file").write_bytes(b"inside")
        (folder / "link").symlink_to("file")
        return folder

    def move(self, folder: Path) -> MoveDirectory:
        planned = fingerprints.of_directory(folder)
        return MoveDirectory(PurePosixPath("from"), PurePosixPath("to"), *planned)

    def test_it_can_be_repeated_and_taken_back(self, tmp_path: Path, folder: Path) -> None:
        step = self.move(folder)
        assert step.entries == 4
        for _ in range(2):
            fsops.run_step(tmp_path, step, "token")
        assert (tmp_path / "to" / "inner" / "file").read_bytes() == b"inside"
        back = inverse(step)
        assert back is not None
        fsops.require_possible(tmp_path, [back])
        fsops.run_step(tmp_path, back, "token")
        assert folder.is_dir()

    @pytest.mark.parametrize(
        "change",
        [
            lambda folder: (folder / "file").write_bytes(b"TORN"),
            lambda folder: (folder / "file").unlink(),
            lambda folder: (folder / "inner" / "file").rename(folder / "inner" / "renamed"),
            lambda folder: (folder / "new").mkdir(),
            lambda folder: (folder / "link").unlink() or (folder / "link").symlink_to("inner"),
        ],
        ids=["content", "gone", "renamed", "new", "link"],
    )
    def test_another_one_is_not_moved(
        self, tmp_path: Path, folder: Path, change: Callable[[Path], object]
    ) -> None:
        step = self.move(folder)
        change(folder)
        with pytest.raises(fsops.Conflict, match="has changed since"):
            fsops.run_step(tmp_path, step, "token")

    def test_nothing_is_overwritten(self, tmp_path: Path, folder: Path) -> None:
        step = self.move(folder)
        (tmp_path / "to").mkdir()
        with pytest.raises(fsops.Conflict, match="exists by now"):
            fsops.run_step(tmp_path, step, "token")
        assert folder.is_dir()

    def test_what_will_have_been_moved_is_looked_for_where_it_is(self, tmp_path: Path, folder: Path) -> None:
        """Undoing a directory's move and then that of a file in it: the file is still in the directory."""
        (tmp_path / "kept").mkdir()
        out = MoveFile(
            PurePosixPath("from/file"), PurePosixPath("kept/file"), *fingerprints.of_file(folder / "file")
        )
        fsops.run_step(tmp_path, out, "token")
        step = self.move(folder)
        fsops.run_step(tmp_path, step, "token")
        undoing = [back for taken in (step, out) if (back := inverse(taken)) is not None]
        fsops.require_possible(tmp_path, undoing)
        (tmp_path / "to" / "file").write_bytes(b"new")
        with pytest.raises(fsops.Conflict, match="has changed since"):
            fsops.require_possible(tmp_path, undoing)


def test_an_empty_directory_gets_its_mode_when_the_step_is_repeated(tmp_path: Path) -> None:
    """A run may have died between making it and giving it away."""
    (tmp_path / "folder").mkdir(mode=0o700)
    fsops.run_step(tmp_path, MakeDirectory(PurePosixPath("folder"), Ownership(0o750)), "token")
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o750
    (tmp_path / "folder" / "file").write_bytes(b"")
    fsops.run_step(tmp_path, MakeDirectory(PurePosixPath("folder"), Ownership(0o700)), "token")
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o750
