"""Units for systemd: a watch of stores, a preflight before an application, backups by a timer."""

from __future__ import annotations

import os
import shlex
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# What none of these services needs. That the store is the only place to be written is for each unit to say.
_SANDBOX = """\
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
UMask=0077"""

# What an instance's name may hold as it is.
_PLAIN = frozenset(string.ascii_letters + string.digits + ":_.")
# The directory below /var/lib for backups, and those that are kept.
_BACKUPS = "chromem-backups"
_KEPT = ("--keep-last", "24", "--keep-daily", "14", "--keep-weekly", "8")


@dataclass(frozen=True, slots=True)
class Setup:
    """What the units are for.

    Attributes:
        program: How chromemctl is called, as words; the first one absolute.
        stores: The stores, absolute.
        user: Whose they are, None to leave that to whoever installs the units.
        application: The unit of the application, `contextd.service`.
    """

    program: Sequence[str]
    stores: Sequence[Path]
    user: str | None
    application: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A file for systemd.

    Attributes:
        path: Where it belongs, below /etc/systemd/system.
        text: Its content.
    """

    path: str
    text: str


def units(setup: Setup) -> list[Unit]:
    """All units, each on its own: install those that are wanted."""
    return [_watch(setup), _preflight(setup), _backup(setup), _backup_timer()]


def _watch(setup: Setup) -> Unit:
    words = ["watch", "--log-json", *setup.stores]
    return Unit(
        "chromemctl-watch.service",
        f"""\
[Unit]
Description=Watch of chromem-go stores
After=local-fs.target

[Service]
Type=notify
{_user(setup)}ExecStart={_command(setup, words)}
Restart=on-failure
RestartSec=10
# It ends with 143 when it is stopped.
SuccessExitStatus=143
WatchdogSec=60
# The service ends the process that reads by itself, at once.
KillMode=mixed
TimeoutStopSec=30
Nice=10
IOSchedulingClass=idle
# For --auto the stores must be writable: ReadWritePaths= with each of them.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
{_SANDBOX}

[Install]
WantedBy=multi-user.target
""",
    )


def _preflight(setup: Setup) -> Unit:
    words = ["preflight", "--wait", "10", *setup.stores]
    return Unit(
        f"{setup.application}.d/preflight.conf",
        f"""\
# Before each start of {setup.application}, as its user: what is damaged is repaired or set aside.
[Service]
ExecStartPre={_command(setup, words)}
TimeoutStartSec=300
""",
    )


def _backup(setup: Setup) -> Unit:
    kept = f"/var/lib/{_BACKUPS}/%i"
    create = f"{_command(setup, ['backup', 'create', '--quiet', '--to'])} {kept} %f"
    prune = f"{_command(setup, ['backup', 'prune', '--quiet', '--yes', *_KEPT, '--from'])} {kept}"
    enabling = "\n".join(
        f"#   systemctl enable --now {shlex.quote(f'chromemctl-backup@{instance(store)}.timer')}"
        for store in setup.stores
    )
    return Unit(
        "chromemctl-backup@.service",
        f"""\
# Each store has backups of its own, so that a damaged one keeps none of the others from theirs:
{enabling}
[Unit]
Description=Backup of the chromem-go store %f

[Service]
Type=oneshot
{_user(setup)}# Backups are kept in {kept}; another disk is better.
StateDirectory={_BACKUPS}/%i
StateDirectoryMode=0700
ExecStart={create}
ExecStart={prune}
Nice=10
IOSchedulingClass=idle
RestrictAddressFamilies=AF_UNIX
{_SANDBOX}
""",
    )


def _backup_timer() -> Unit:
    return Unit(
        "chromemctl-backup@.timer",
        """\
[Unit]
Description=Backups of the chromem-go store %f, every hour

[Timer]
OnCalendar=hourly
RandomizedDelaySec=5m
Persistent=yes

[Install]
WantedBy=timers.target
""",
    )


def instance(path: Path) -> str:
    """An absolute path as the instance of a unit, of which `%f` is the path again; see systemd-escape(1)."""
    raw = os.fsencode(path).strip(b"/")
    if not raw:
        return "-"
    plain = "".join(
        "-" if byte == ord("/") else chr(byte) if chr(byte) in _PLAIN else f"\\x{byte:02x}" for byte in raw
    )
    return f"\\x2e{plain[1:]}" if plain[0] == "." else plain


def _user(setup: Setup) -> str:
    if setup.user is None:
        return "# The user to whom the stores belong:\n#User=\n"
    return f"User={setup.user}\n"


def _command(setup: Setup, words: Sequence[object]) -> str:
    return " ".join(map(quoted, map(str, [*setup.program, *words])))


def quoted(word: str) -> str:
    """A word as systemd reads it in a command line: no specifier, no variable, no byte of it lost."""
    raw = os.fsencode(word)
    text = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02x}" for byte in raw
    )
    text = text.replace("%", "%%").replace("$", "$$")
    plain = raw and all(chr(byte).isalnum() or byte in b"/._-:=@+," for byte in raw if byte < 0x80)
    return text if plain and "\\" not in text else f'"{text}"'
