"""The units: systemd takes them, and what they call exists."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chromemctl.cli import cli
from chromemctl.integration.units import Setup, Unit, instance, quoted, units
from tests.stores import chromemctl, write_store

SETUP = Setup(
    program=["/usr/local/bin/chromemctl"],
    stores=[Path("/srv/one"), Path("/srv/an other%")],
    user="contextd",
    application="contextd.service",
)
COMMAND = re.compile(r"^Exec\w+=(.*)$", re.MULTILINE)
WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


def words(line: str) -> list[str]:
    """The words of a command as systemd.service(5) has it: quotes, C escapes, specifiers, variables."""
    found = []
    for match in WORD.finditer(line):
        text = match[1] if match[1] is not None else match[2]
        is_of_the_instance = re.fullmatch("[^%]*%[fi]", text) is not None
        assert is_of_the_instance or not re.search(r"(?<!%)%(?:%%)*(?!%)", text), "a specifier"
        raw = re.sub(rb"\\x(..)", lambda escape: bytes.fromhex(escape[1].decode()), text.encode())
        found.append(os.fsdecode(raw.replace(b"%%", b"%").replace(b"$$", b"$")))
    return found


@pytest.mark.parametrize(
    "unit", [unit for unit in units(SETUP) if not unit.path.endswith(".timer")], ids=lambda unit: unit.path
)
def test_what_is_called_is_a_command_with_these_options(unit: Unit) -> None:
    lines = COMMAND.findall(unit.text)
    assert lines
    stores: set[Path] = set()
    for line in lines:
        program, *call = words(line)
        assert program == "/usr/local/bin/chromemctl"
        stores |= set(SETUP.stores) if "%f" in call else {Path(word) for word in call} & set(SETUP.stores)
        command: click.Command = cli
        context = click.Context(cli)
        while isinstance(command, click.Group):
            _, below, call = command.resolve_command(context, call)
            assert below is not None
            command = below
        command.make_context("", call)
    assert stores == set(SETUP.stores)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\n"), min_size=1, max_size=20))
def test_any_word_comes_back(word: str) -> None:
    assert words(quoted(word)) == [word]


@pytest.mark.skipif(shutil.which("systemd-escape") is None, reason="there is no systemd-escape")
def test_an_instance_is_as_systemd_escapes_it() -> None:
    paths = ["/srv/one", "/srv/an other%", "/.config/a.b", "/x-y/ä/\udce9", "/"]
    outcome = subprocess.run(["systemd-escape", "--path", *paths], capture_output=True, text=True, check=True)
    assert outcome.stdout.split() == [instance(Path(path)) for path in paths]


def test_each_store_has_a_timer_to_enable() -> None:
    [text] = [unit.text for unit in units(SETUP) if unit.path == "chromemctl-backup@.service"]
    lines = [line.removeprefix("#   ") for line in text.splitlines() if line.startswith("#   ")]
    assert [shlex.split(line)[-1] for line in lines] == [
        "chromemctl-backup@srv-one.timer",
        r"chromemctl-backup@srv-an\x20other\x25.timer",
    ]


def test_bytes_that_are_not_utf8() -> None:
    assert words(quoted("/srv/st\udce9re")) == ["/srv/st\udce9re"]


def test_the_watch_tells_systemd_how_it_is() -> None:
    text = next(unit.text for unit in units(SETUP) if unit.path == "chromemctl-watch.service")
    for line in ("Type=notify", "WatchdogSec=60", "SuccessExitStatus=143", "KillMode=mixed", "User=contextd"):
        assert f"\n{line}\n" in text


def test_without_a_user_the_place_for_one_is_shown() -> None:
    found = units(Setup(SETUP.program, SETUP.stores, None, "app.service"))
    assert "\n#User=\n" in found[0].text
    assert found[1].path == "app.service.d/preflight.conf"


def test_the_command(tmp_path: Path) -> None:
    store = write_store(tmp_path / "a store")
    outcome = chromemctl("units", "--user", "contextd", store)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith("# /etc/systemd/system/chromemctl-watch.service\n[Unit]\n")
    found = json.loads(chromemctl("units", "--json", store).stdout)
    assert found["schema_version"] == 1
    assert set(found["units"]) == {
        "chromemctl-watch.service",
        "contextd.service.d/preflight.conf",
        "chromemctl-backup@.service",
        "chromemctl-backup@.timer",
    }
    [line] = COMMAND.findall(found["units"]["chromemctl-watch.service"])
    program, *_, last = words(line)
    assert Path(program).is_absolute()
    assert last == str(store)
    alone = chromemctl("units", "--only", "contextd.service.d/preflight.conf", store).stdout
    assert "ExecStartPre" in alone
    assert "[Install]" not in alone


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "nothing.service"], "there is no unit nothing.service"),
        (["--user", "a b"], "cannot be used in a unit"),
        (["--application", "../x.service"], "cannot be used in a unit"),
        (["--application", "contextd"], "write for example contextd.service"),
    ],
)
def test_wrong_usage(options: list[str], message: str) -> None:
    outcome = chromemctl("units", *options, "/srv/store")
    assert outcome.returncode == 2
    assert message in outcome.stderr


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason="there is no systemd-analyze (Debian: apt install systemd)",
)
def test_systemd_takes_them(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("chromemctl")
    folder = tmp_path / "units"
    for unit in units(Setup([str(program)], [tmp_path / "a store%"], "root", "contextd.service")):
        file = folder / unit.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(unit.text)
    (folder / "contextd.service").write_text("[Service]\nExecStart=/bin/true\n")
    outcome = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *folder.glob("*.*[er]")],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (outcome.returncode, outcome.stdout + outcome.stderr) == (0, "")
