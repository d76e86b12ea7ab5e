"""An executor of forks and this process: every task is done once, whoever does it, and nothing is left."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from functools import partial

import pytest

from chromemctl.survey.forks import Forks
from pygob.chromem.scanning import map_in_order

PARENT = os.getpid()
LARGE = 1 << 20


@pytest.fixture
def forks() -> Iterator[Forks]:
    with Forks(2) as pool:
        yield pool


def square(number: int) -> int:
    return number * number


def echo(data: bytes) -> bytes:
    return data


def where_once_told(reader: int, writer: int, _: object) -> int:
    """Which process does this; a fork waits until the parent has told by a pipe that it does."""
    if os.getpid() == PARENT:
        os.write(writer, b".")
    else:
        select.select([reader], [], [])
    return os.getpid()


def refuse(number: int) -> int:
    raise ValueError(number)


def end_unless_parent(number: int) -> int:
    if os.getpid() != PARENT:
        os._exit(1)
    return number


def test_results_in_order(forks: Forks) -> None:
    assert list(map_in_order(square, range(500), forks)) == [square(number) for number in range(500)]


def test_results_asked_for_in_another_order(forks: Forks) -> None:
    futures = [forks.submit(square, number) for number in range(50)]
    assert [future.result() for future in reversed(futures)] == [square(n) for n in reversed(range(50))]


def test_everybody_works() -> None:
    """The forks are kept at their first tasks until this process has done one."""
    reader, writer = os.pipe()
    with Forks(2) as forks:
        assert len(set(map_in_order(partial(where_once_told, reader, writer), range(500), forks))) == 3
    os.close(reader)
    os.close(writer)


def test_more_than_fits_into_a_pipe_either_way(forks: Forks) -> None:
    data = [bytes([number]) * LARGE for number in range(20)]
    assert list(map_in_order(echo, data, forks)) == data


def test_an_error_is_that_of_its_task(forks: Forks) -> None:
    futures = [forks.submit(refuse if number % 7 == 3 else square, number) for number in range(40)]
    for number, future in enumerate(futures):
        if number % 7 == 3:
            with pytest.raises(ValueError, match=f"^{number}$"):
                future.result()
        else:
            assert future.result() == square(number)


def test_tasks_of_forks_that_died_are_told(forks: Forks) -> None:
    futures = [forks.submit(end_unless_parent, number) for number in range(20)]
    broken = 0
    for number, future in enumerate(futures):
        try:
            assert future.result() == number
        except BrokenExecutor:
            broken += 1
    assert 2 <= broken <= 4  # each of the two had one task, and perhaps one ahead
    assert list(map_in_order(end_unless_parent, range(20), forks)) == list(range(20))


def test_no_process_is_left() -> None:
    code = (
        "import os, time\n"
        "from chromemctl.survey.forks import Forks\n"
        "with Forks(3) as forks:\n"
        "    futures = [forks.submit(time.sleep, 1000) for _ in range(9)]\n"
        "try: os.waitpid(-1, 0)\n"
        "except ChildProcessError: print('none')\n"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert outcome.stdout == "none\n"


def test_what_was_cancelled_is_not_done(forks: Forks) -> None:
    futures = [forks.submit(square, number) for number in range(20)]
    assert futures[-1].cancel()
    assert [future.result() for future in futures[:-1]] == [square(number) for number in range(19)]


def test_tasks_that_were_cancelled_do_not_keep_it_from_ending() -> None:
    """As after Ctrl-C: who waits cancels, and then the forks are ended, whatever they are at."""
    forks = Forks(2)
    futures = [forks.submit(square, number) for number in range(20)]
    assert all(future.cancel() for future in futures)
    forks.shutdown()
    assert all(future.cancelled() for future in futures)
