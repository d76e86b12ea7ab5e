"""For every test: real Go, and how hypothesis searches."""

from __future__ import annotations

import os
import shlex
import signal
import tempfile
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from gohelper import Go, GoMissing
from gohelper.build import build_library

# The same examples every time, and no clock; `HYPOTHESIS_PROFILE=explore` looks for new ones. Here and not in
# `pytest_configure`: a test takes these where it is defined.
settings.register_profile(
    "ci",
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", max_examples=5_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure() -> None:
    """Ctrl-C as always, for the processes that tests start; nothing of the person who runs them.

    Raises:
        pytest.UsageError: Files of tests would lie at paths that every command which is shown must quote.
    """
    if threading.current_thread() is threading.main_thread():
        # A shell's background jobs ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Backups and what is remembered of checks: there are none, and none are made.
    for variable in ("XDG_DATA_HOME", "XDG_STATE_HOME"):
        os.environ[variable] = f"{os.devnull}/none"
    # What is shown goes to no terminal, in a language that every system has; a file is for all to read.
    for variable in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        os.environ.pop(variable, None)
    os.environ["LC_ALL"] = "C.UTF-8"
    os.umask(0o022)
    if shlex.quote(tempfile.gettempdir()) != tempfile.gettempdir():
        raise pytest.UsageError(f"set TMPDIR to a path that a shell need not quote: {tempfile.gettempdir()}")


@pytest.fixture(scope="session")
def go() -> Iterator[Go]:
    """Real encoding/gob and chromem-go, shared by a run: type ids are wherever earlier tests left them."""
    _require_go()
    with Go() as worker:
        yield worker


@pytest.fixture
def fresh_go() -> Iterator[Go]:
    """A Go process in which nothing has been encoded yet: type ids start at 64."""
    _require_go()
    with Go() as worker:
        yield worker


def _require_go() -> None:
    try:
        build_library()
    except GoMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"CI must judge by real Go: {missing}")
        pytest.skip(str(missing))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark `go` whatever uses these fixtures, so that `-m 'not go'` leaves it out."""
    for item in items:
        if {"go", "fresh_go"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("go")
