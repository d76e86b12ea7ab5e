"""Builds: once for the same sources, whoever asks, and the same bytes wherever."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gohelper import GoBuildFailed, build
from gohelper.toolchain import Toolchain, find_toolchain

pytestmark = [pytest.mark.usefixtures("go"), pytest.mark.slow]


def test_what_is_built_is_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = copy_of_module(tmp_path)
    monkeypatch.setattr(build, "MODULE", module)
    monkeypatch.setattr(build, "BUILDS", module / "_build")
    library = build.build_library()
    before = library.stat()
    assert build.build_library() == library
    assert library.stat() == before


def test_every_go_file_is_part_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = copy_of_module(tmp_path)
    monkeypatch.setattr(build, "MODULE", module)
    monkeypatch.setattr(build, "BUILDS", module / "_build")
    folders = set()

    def compiled(_: object, folder: Path) -> None:
        folders.add(folder.name)

    monkeypatch.setattr(build, "compile_library", compiled)
    keys = {build.build_library().parent}
    for source in build.sources():
        content = source.read_bytes()
        source.write_bytes(content + b"\n")
        keys.add(build.build_library().parent)
        source.write_bytes(content)
    assert len(keys) == len(build.sources()) + 1
    assert len(folders) == len(keys), "each was built once, under a temporary name"


def test_builders_at_once_and_in_another_folder_give_the_same_bytes(tmp_path: Path) -> None:
    here = copy_of_module(tmp_path / "here")
    elsewhere = copy_of_module(tmp_path / "another place", here)
    builders = [start_build(module) for module in (here, here, here, elsewhere)]
    answers = [builder.communicate(timeout=280)[0] for builder in builders]
    assert [builder.returncode for builder in builders] == [0, 0, 0, 0]
    assert len(set(answers[:3])) == 1
    assert len([path for path in (here / "_build").iterdir() if path.is_dir()]) == 2
    files = [digests(answer.splitlines()) for answer in answers[2:]]
    assert files[0] == files[1]
    assert set(files[0]) == {build.LIBRARY, build.HEADER, build.COMMAND}


def test_what_killed_builds_left_and_old_builds_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = copy_of_module(tmp_path)
    monkeypatch.setattr(build, "MODULE", module)
    builds = module / "_build"
    monkeypatch.setattr(build, "BUILDS", builds)
    monkeypatch.setattr(build, "compile_library", lambda *_: None)
    for number in range(build.MOST_BUILDS + 3):
        old = builds / f"library-{number:016}"
        old.mkdir(parents=True)
        os.utime(old, (number, number))
    (builds / "library-abc.tmp").mkdir()
    (builds / "gohelper-abc.tmp").mkdir()
    made = build.build_library().parent
    left = {path.name for path in builds.iterdir() if path.is_dir()}
    kept = {f"library-{number:016}" for number in range(4, build.MOST_BUILDS + 3)}
    assert left == {made.name, "gohelper-abc.tmp", *kept}


def test_a_tree_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builds = tmp_path / "no folder" / "_build"
    monkeypatch.setattr(build, "BUILDS", builds)
    with pytest.raises(GoBuildFailed, match=r"nothing can be built in .*_build: No such file .*writable"):
        build.build_library()


def test_settings_of_where_modules_come_from_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "env").write_text("GOPROXY=https://proxy.example\nGOFLAGS=-race\nGOARCH=wasm\n")
    monkeypatch.setenv("GOENV", str(tmp_path / "env"))
    found = find_toolchain()
    environment = Toolchain(found.go, found.goroot).environment(cgo=False)
    assert environment["GOPROXY"] == "https://proxy.example"
    assert environment.keys().isdisjoint({"GOFLAGS", "GOARCH"})


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ('a.go:3:2: example.com/a@v1.0.0: Get "https://proxy.example/a": dial tcp: i/o timeout', 3),
        ("go: example.com/a@v1.0.0: reading https://proxy.example/a: 502 Bad Gateway", 3),
        ("./exports.go:9:2: undefined: nothing", 1),
    ],
)
def test_what_could_not_be_downloaded_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, times: int
) -> None:
    asked: list[str] = []

    class Refusing(Toolchain):
        def run(
            self, *arguments: str, cgo: bool, folder: Path = tmp_path
        ) -> subprocess.CompletedProcess[str]:
            asked.append(arguments[0])
            return subprocess.CompletedProcess(["go", *arguments], 1, "", f"{said}\n")

    monkeypatch.setattr(build, "_PAUSES", (0.0, 0.0))
    with pytest.raises(GoBuildFailed, match=re.escape(said)):
        build.compile_command(build.COMMAND, Refusing(tmp_path), tmp_path)
    assert asked == ["build"] * times


def start_build(module: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gohelper", "build"],
        cwd=module.parent,
        env=os.environ | {"PYTHONPATH": str(module.parent)},
        stdout=subprocess.PIPE,
        text=True,
    )


def digests(products: list[str]) -> dict[str, str]:
    files = [file for product in products for file in Path(product).parent.iterdir()]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def copy_of_module(folder: Path, module: Path = build.MODULE) -> Path:
    return Path(shutil.copytree(module, folder / "gohelper", ignore=shutil.ignore_patterns("_build")))
