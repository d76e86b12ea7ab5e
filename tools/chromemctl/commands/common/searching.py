"""The options of every command that searches for lost names."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import click

from chromemctl import naming
from chromemctl.identification.name_search import NameSearch
from chromemctl.identification.operator_names import listed

R = TypeVar("R")

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_OPTIONS = {"names_file": "--names-file", "from": "--from", "template": "--template", "words": "--words",
            "rules": "--rules"}  # fmt: skip


def search_options(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command the options, which it gets as one `NameSearch` called `search`."""

    @click.option("--names-file", "names_file", type=_FILE, multiple=True,
                  help="Names to try, one a line. May be repeated, as the next four.")  # fmt: skip
    @click.option("--from", "from", type=click.Path(exists=True, path_type=Path), multiple=True,
                  help="Logs, configurations or other files or folders to harvest for names.")  # fmt: skip
    @click.option("--template", "template", multiple=True, metavar="TEMPLATE",
                  help="A name with gaps, such as '{tenant}_{project}_memories'.")  # fmt: skip
    @click.option("--words", "words", type=_FILE, multiple=True,
                  help="Words for the gaps, one a line, instead of the built-in ones.")  # fmt: skip
    @click.option("--rules", "rules", type=_FOLDER, multiple=True,
                  help="A folder with naming rules of your own.")  # fmt: skip
    @click.option("--backups", type=_FOLDER, metavar="DIR",
                  help="Where backups are, if not in the usual place.")  # fmt: skip
    @click.option("--max-candidates", type=click.IntRange(min=1), metavar="N", show_default=True,
                  default=naming.DEFAULT_MAX_CANDIDATES, help="How many names to try at most.")  # fmt: skip
    @functools.wraps(function)
    def wrapper(*args: Any, max_candidates: int, backups: Path | None, **kwargs: Any) -> R:
        chosen = {key: kwargs.pop(key) for key in _OPTIONS}
        search = NameSearch(
            listed=chain.from_iterable(map(listed, chosen["names_file"])),
            texts=chosen["from"],
            templates=chosen["template"],
            words=tuple(dict.fromkeys(chain.from_iterable(map(listed, chosen["words"])))),
            rules=chosen["rules"],
            backups=backups,
            max_candidates=max_candidates,
            given=(*_given(chosen, max_candidates), *(("--backups", backups) if backups else ())),
        )
        return function(*args, search=search, **kwargs)

    return wrapper


def _given(chosen: Mapping[str, tuple[str | Path, ...]], max_candidates: int) -> tuple[str | Path, ...]:
    words = [word for key, option in _OPTIONS.items() for value in chosen[key] for word in (option, value)]
    if max_candidates != naming.DEFAULT_MAX_CANDIDATES:
        words += ["--max-candidates", str(max_candidates)]
    return tuple(words)
