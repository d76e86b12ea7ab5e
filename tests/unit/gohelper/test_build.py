"""Builds: once for the same sources, whoever asks, and the same bytes wherever."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gohelper import build
from gohelper.toolchain import find_toolchain

pytestmark = [pytest.mark.usefixtures("go"), pytest.mark.slow]


def test_what_is_built_is_not_built_again() -> None:
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


def test_another_folder_and_builders_at_once_give_the_same_bytes(tmp_path: Path) -> None:
    module = copy_of_module(tmp_path / "another place")
    environment = os.environ | {"PYTHONPATH": str(module.parent)}
    command = [sys.executable, "-m", "gohelper", "build"]
    builders = [
        subprocess.Popen(command, cwd=module.parent, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [builder.communicate(timeout=280)[0] for builder in builders]
    assert [builder.returncode for builder in builders] == [0, 0, 0]
    assert len(set(answers)) == 1
    library, command_path = map(Path, answers[0].splitlines())
    assert library.is_relative_to(module)
    assert library.read_bytes() == build.build_library().read_bytes()
    assert command_path.read_bytes() == build.build_command().read_bytes()
    assert len([path for path in (module / "_build").iterdir() if path.is_dir()]) == 2


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    build.compile_library(find_toolchain(), tmp_path)
    library = build.build_library()
    assert (tmp_path / build.LIBRARY).read_bytes() == library.read_bytes()
    assert (tmp_path / build.HEADER).read_bytes() == (library.parent / build.HEADER).read_bytes()


def copy_of_module(folder: Path) -> Path:
    return Path(shutil.copytree(build.MODULE, folder / "gohelper", ignore=shutil.ignore_patterns("_build")))
