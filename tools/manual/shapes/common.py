"""What the reports of all commands have in common."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

Version = Annotated[Literal[1], "goes up when anything is changed but by adding"]
Next = Annotated[str, "the command to run next"]


class Error(TypedDict):
    """Why a command could not go on."""

    exit_code: Annotated[int, "one of the [exit codes](../exit-codes.md)"]
    message: str
    advice: Annotated[list[str], "what to do, line by line"]


class Failure(TypedDict):
    """What any command writes instead when it cannot go on."""

    schema_version: Version
    error: Error
