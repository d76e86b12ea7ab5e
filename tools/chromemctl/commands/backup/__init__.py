"""`chromemctl backup`: create, list, verify, restore, prune."""

from __future__ import annotations

import click

from chromemctl.commands.backup.create import create_command
from chromemctl.commands.backup.list import list_command
from chromemctl.commands.backup.prune import prune_command
from chromemctl.commands.backup.restore import restore_command
from chromemctl.commands.backup.verify import verify_command


@click.group("backup")
def command() -> None:
    """Back stores up while their applications run, and bring them back."""


for _command in (create_command, list_command, verify_command, restore_command, prune_command):
    command.add_command(_command)
