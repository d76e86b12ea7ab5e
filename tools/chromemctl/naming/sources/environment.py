"""Names from what the machine knows: users, hosts, git repositories, project folders, the store's path."""

from __future__ import annotations

import configparser
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from chromemctl.naming.case import Case, Stream, Trust, filled, from_machine, from_store
from chromemctl.naming.model import Environment
from chromemctl.naming.template import bounded

#: Names made by one rule.
NAMES_PER_RULE = 100_000
#: Git configurations are small; larger files are something else.
CONFIG_BYTES = 1 << 20

_ORIGIN = re.compile(r"[:/]([^/:@]+)/[^/:]+?(?:\.git)?/?$")


def streams(case: Case) -> Iterator[Stream]:
    """The rules of all applications on the environment, and on the store where that says nothing."""
    machine = from_machine(case)
    for rule in case.rules:
        values = filled(rule, machine, (from_store(case),))
        if values is not None:
            names = rule.names(bounded(values, NAMES_PER_RULE))
            yield Stream(f"environment: {rule.label}", Trust.GUESSED, names)


def capture_environment(
    *, home: Path, environ: Mapping[str, str], projects: Sequence[Path] = ()
) -> Environment:
    """Read what the machine knows. Files that are missing or cannot be read add nothing.

    Args:
        home: The home folder whose git configuration is read.
        environ: Environment variables; `USER`, `LOGNAME` and `SUDO_USER` are looked at.
        projects: Project folders; a git repository tells its owner and its user.
    """
    configs = [_git_config(home / ".gitconfig"), _git_config(home / ".config" / "git" / "config")]
    configs += [_git_config(project / ".git" / "config") for project in projects]
    owners = [owner for config in configs for owner in _owners(config)]
    users = [environ[key] for key in ("SUDO_USER", "USER", "LOGNAME") if environ.get(key)]
    host = socket.gethostname()
    return Environment(
        git_owners=_distinct(owners),
        git_users=_distinct([config.get("user", "name", fallback="") for config in configs]),
        users=_distinct([*users, home.name]),
        hosts=_distinct([host.partition(".")[0], host]),
        projects=_distinct([project.absolute().name for project in projects]),
        paths=_distinct([str(project.absolute()) for project in projects]),
    )


def _git_config(path: Path) -> configparser.RawConfigParser:
    config = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            text = file.read(CONFIG_BYTES)
        # Git indents keys; configparser would take them for continued lines.
        config.read_string("\n".join(map(str.strip, text.splitlines())))
    except (OSError, configparser.Error):
        return configparser.RawConfigParser()
    return config


def _owners(config: configparser.RawConfigParser) -> Iterator[str]:
    remotes = [section for section in config.sections() if section.startswith("remote ")]
    for section in sorted(remotes, key=lambda section: section != 'remote "origin"'):
        match = _ORIGIN.search(config.get(section, "url", fallback=None) or "")
        if match is not None:
            yield match[1]


def _distinct(values: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip('"') for value in values if value))
