"""What the machine and the place where a command is run tell of names."""

from __future__ import annotations

from pathlib import Path

import pytest

from chromemctl.identification.evidence import machine


def test_the_git_repository_around_us_is_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "stripes"
    (project / ".git").mkdir(parents=True)
    (project / ".git" / "config").write_text('[remote "origin"]\n\turl = git@github.com:zebra/stripes.git\n')
    (project / "src" / "deep").mkdir(parents=True)
    monkeypatch.chdir(project / "src" / "deep")
    known = machine()
    assert (known.projects, known.paths) == (("stripes",), (str(project),))
    assert known.git_owners[-1] == "zebra"


def test_no_repository_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert machine().projects == ()


def test_a_folder_that_is_gone_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert machine().projects == ()
