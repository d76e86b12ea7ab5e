"""The tables of the page about the command `pygob` say what the source says."""

from pygob.command.exits import Exit
from pygob.command.main import COMMANDS
from pygob.inspection._json import MAX_DEPTH
from pygob.inspection._path_syntax import MOST_STEPS
from tests.docs.test_reference import DOCS, first_columns


def test_every_exit_code_of_pygob_is_listed() -> None:
    rows = first_columns("inspect.md")
    assert [int(row[0]) for row in rows if row[0].isdigit()] == sorted(code.value for code in Exit)


def test_the_depth_that_json_goes_to_is_told() -> None:
    assert f"deeper than {MAX_DEPTH} levels" in (DOCS / "lossless-json.md").read_text()


def test_how_long_a_path_may_be_is_told() -> None:
    assert f"A path has {MOST_STEPS} steps at most" in (DOCS / "paths.md").read_text()


def test_every_command_has_its_place() -> None:
    pages = "".join((DOCS / name).read_text() for name in ("inspect.md", "paths.md", "lossless-json.md"))
    assert [name for name in COMMANDS if f"pygob {name}" not in pages and f"`{name}`" not in pages] == []
