"""What is mounted within a store, by the system's table."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from chromemctl.changes.mounts import mounted_within

LINE = "36 35 98:0 /mnt1 {} rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n"


def test_only_what_lies_in_the_store_and_with_all_its_characters(tmp_path: Path) -> None:
    store = tmp_path / "vector store"
    store.mkdir()
    table = tmp_path / "mountinfo"
    points = ["/", store, f"{store}-2/e9f85bf6", f"{store}/e9f85bf6", f"{store}/a\\b/c"]
    table.write_text(
        "".join(LINE.format(str(point).replace("\\", "\\134").replace(" ", "\\040")) for point in points)
    )
    assert mounted_within(store, table) == {PurePosixPath("e9f85bf6"), PurePosixPath("a\\b/c")}


def test_a_system_without_the_table(tmp_path: Path) -> None:
    assert mounted_within(tmp_path, tmp_path / "none") == frozenset()
