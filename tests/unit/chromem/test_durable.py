"""Writing so that nothing is half written and nothing is overwritten by mistake."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pygob.chromem import durable
from pygob.chromem.durable import Ownership

PRIVATE = Ownership(0o600)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_create(tmp_path: Path) -> None:
    durable.create(tmp_path / "new", b"content", Ownership(0o640))
    assert (tmp_path / "new").read_bytes() == b"content"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    assert names(tmp_path) == ["new"]


def test_create_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        durable.create(tmp_path / "old", b"new", PRIVATE)
    assert (tmp_path / "old").read_bytes() == b"old"
    assert names(tmp_path) == ["old"]


def test_create_does_not_follow_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        durable.create(tmp_path / "link", b"new", PRIVATE)
    assert names(tmp_path) == ["link"]


def test_replace(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    durable.replace(tmp_path / "file", b"new", PRIVATE)
    assert (tmp_path / "file").read_bytes() == b"new"
    assert names(tmp_path) == ["file"]


def test_the_leftover_of_a_killed_run_is_taken_away_by_the_next(tmp_path: Path) -> None:
    leftover = tmp_path / durable.temporary_name("file", "run")
    leftover.write_bytes(b"half")
    durable.create(tmp_path / "file", b"whole", PRIVATE, token="run")
    assert names(tmp_path) == ["file"]


def test_move_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    with pytest.raises(FileExistsError):
        durable.move(tmp_path / "a", tmp_path / "b")
    durable.move(tmp_path / "a", tmp_path / "c")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"b": b"b", "c": b"a"}


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without hard links, such as FAT."""

    def link(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)


@pytest.mark.usefixtures("no_links")
def test_without_hard_links(tmp_path: Path) -> None:
    durable.create(tmp_path / "a", b"a", PRIVATE)
    durable.move(tmp_path / "a", tmp_path / "b")
    durable.create(tmp_path / "a", b"2", PRIVATE)
    for action in (
        lambda: durable.create(tmp_path / "a", b"3", PRIVATE),
        lambda: durable.move(tmp_path / "a", tmp_path / "b"),
    ):
        with pytest.raises(FileExistsError):
            action()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"b": b"a", "a": b"2"}


def test_append(tmp_path: Path) -> None:
    durable.create(tmp_path / "journal", b"one\n", Ownership(0o640))
    durable.append(tmp_path / "journal", b"two\n")
    assert (tmp_path / "journal").read_bytes() == b"one\ntwo\n"
    assert stat.S_IMODE((tmp_path / "journal").stat().st_mode) == 0o640


def test_directories(tmp_path: Path) -> None:
    durable.make_directory(tmp_path / "new", Ownership(0o750))
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o750
    with pytest.raises(FileExistsError):
        durable.make_directory(tmp_path / "new", Ownership(0o750))


def test_ownership_is_that_of_the_siblings(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    assert durable.ownership_for(tmp_path).mode == 0o640
    (tmp_path / "sibling").write_bytes(b"")
    (tmp_path / "sibling").chmod(0o604)
    (tmp_path / "a folder").mkdir()
    assert durable.ownership_for(tmp_path).mode == 0o604


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_gives_files_to_the_owner(tmp_path: Path) -> None:
    durable.create(tmp_path / "file", b"", Ownership(0o600, 1234, 2345))
    status = (tmp_path / "file").stat()
    assert (status.st_uid, status.st_gid) == (1234, 2345)


@pytest.mark.parametrize("failing", ["write", "fsync", "fchmod", "link"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_nothing_is_left_when_the_system_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, code: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, failing, refuse)
    with pytest.raises(OSError, match=os.strerror(code)):
        durable.create(tmp_path / "file", b"content", PRIVATE)
    assert names(tmp_path) == []


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write: Callable[[int, bytes], int] = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    durable.create(tmp_path / "file", b"a longer content", PRIVATE)
    assert (tmp_path / "file").read_bytes() == b"a longer content"


def test_everything_is_synced_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    for name in ("write", "fsync", "link", "unlink"):
        real = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *args, _real=real, _name=name, **kw: (order.append(_name), _real(*args, **kw))[1]
        )
    durable.create(tmp_path / "file", b"content", PRIVATE)
    assert [name for name in order if name != "unlink"] == ["write", "fsync", "link", "fsync"]


def test_a_modification_time_is_exact(tmp_path: Path) -> None:
    durable.set_modification_time(tmp_path, 1_600_000_000_123_456_789)
    assert tmp_path.stat().st_mtime_ns == 1_600_000_000_123_456_789


def test_a_directory_in_one_that_keeps_its_time(tmp_path: Path) -> None:
    os.utime(tmp_path, (1_000_000_000, 1_000_000_000))
    durable.make_directory(tmp_path / "new", Ownership(0o750), keep_time=True)
    assert (tmp_path / "new").is_dir()
    assert tmp_path.stat().st_mtime == 1_000_000_000


def test_a_directory_with_files_is_removed_and_files_that_come_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a", ".hidden", "b"):
        (folder / name).write_bytes(b"")
    (folder / "link").symlink_to(tmp_path)
    real = durable.remove_directory

    def late(path: Path) -> None:
        monkeypatch.setattr(durable, "remove_directory", real)
        (path / "late").write_bytes(b"")
        real(path)

    monkeypatch.setattr(durable, "remove_directory", late)
    durable.remove_with_files(folder)
    assert names(tmp_path) == []
    durable.remove_with_files(folder)  # gone already


def test_directories_in_a_directory_stay(tmp_path: Path) -> None:
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    (tmp_path / "folder" / "file").write_bytes(b"")
    with pytest.raises(OSError, match="not empty"):
        durable.remove_with_files(tmp_path / "folder")
    assert names(tmp_path / "folder") == ["inside"]


def test_a_directory_is_not_moved_over_another_that_comes_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    monkeypatch.setattr("os.path.lexists", lambda path: False)  # as it was a moment before
    with pytest.raises(FileExistsError):
        durable.move_directory(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "other" / "file").read_text() == "other"
