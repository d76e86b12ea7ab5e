import itertools
import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest

from chromemctl.naming import Evidence, Progress, identify
from chromemctl.naming.case import Stream, Trust
from chromemctl.naming.engine import ALONE, BATCH, Engine, folder_hash, matches
from pygob.chromem.names import name_hash

LAST = f"name {ALONE + 3 * BATCH}"


def many() -> itertools.chain[str]:
    return itertools.chain((f"name {number}" for number in range(ALONE + 3 * BATCH)), [LAST])


def targets(*names: str) -> dict[bytes, list[str]]:
    return {bytes.fromhex(name_hash(name)): [name_hash(name)] for name in names}


def everything(engine: Engine) -> frozenset[str]:
    return frozenset(folder for dirs in engine.targets.values() for folder in dirs)


def test_matches_uses_the_hash_of_chromem() -> None:
    names = ["contextd_memories", "other", "not UTF-8: \udcff", ""]
    wanted = frozenset(bytes.fromhex(name_hash(name)) for name in names if name != "other")
    assert [name for name, _ in matches(names, wanted)] == [name for name in names if name != "other"]


def test_a_candidate_that_is_no_text_is_passed_over() -> None:
    assert matches(["\ud800", "x"], frozenset({bytes.fromhex(name_hash("x"))}))[0][0] == "x"


@pytest.mark.parametrize(
    "folder", ["", "e9f85bf", "e9f85bf66", "e9f85bfg", "notahash", "e9f85bf6.bak", "é9f85bf6"]
)
def test_only_eight_hexadecimal_digits_are_a_hash(folder: str) -> None:
    assert folder_hash(folder) is None


def test_capital_letters_are_the_same_hash() -> None:
    assert folder_hash("E9F85BF6") == folder_hash("e9f85bf6") == bytes.fromhex("e9f85bf6")


def test_long_streams_are_hashed_by_processes_that_end_with_the_search() -> None:
    with Engine(targets(LAST, "name 1"), budget=10**9) as engine:
        assert engine.run(Stream("many", Trust.GUESSED, many()), everything(engine))
    assert {hit.name for hit in engine.hits} == {LAST, "name 1"}
    assert engine.candidates == ALONE + 3 * BATCH + 1
    assert multiprocessing.active_children() == []


def test_an_executor_that_is_given_is_used_and_left_running() -> None:
    with ThreadPoolExecutor(2) as executor:
        with Engine(targets(LAST), budget=10**9, executor=executor) as engine:
            engine.run(Stream("many", Trust.GUESSED, many()), everything(engine))
        assert [hit.name for hit in engine.hits] == [LAST]
        assert executor.submit(int, "7").result() == 7


def test_an_interrupt_leaves_no_process_behind() -> None:
    def interrupted(progress: Progress) -> None:
        if progress.candidates > ALONE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        identify(["00000000"], Evidence(listed=many()), applications=(), progress=interrupted)
    assert multiprocessing.active_children() == []


def test_the_budget_ends_a_search_and_says_so() -> None:
    found = identify(["00000000"], Evidence(listed=many()), applications=(), max_candidates=1_000)
    assert found.candidates == 1_000
    assert [(skipped.source, skipped.reason) for skipped in found.skipped] == [
        ("list of names", "stopped: the limit of 1,000 candidates is reached")
    ]


def test_accidental_matches_count_candidates_and_folders_of_their_kind() -> None:
    with Engine(targets("a", "b"), budget=10**9) as engine:
        engine.run(Stream("first", Trust.GUESSED, ["x", "y"]), everything(engine))
        engine.run(Stream("own", Trust.TIED, ["x", "a"], name_hash("a")), everything(engine))
        engine.run(Stream("second", Trust.GUESSED, ["b", "z"]), everything(engine))
    expected = {hit.name: hit.expected_accidental for hit in engine.hits}
    assert expected == {"a": 2 / 2**32, "b": 4 * 2 / 2**32}


def test_progress_reaches_the_caller() -> None:
    seen: list[Progress] = []
    evidence = Evidence(listed=["contextd_memories", "other"])
    identify(["e9f85bf6", "00000000"], evidence, applications=(), progress=seen.append)
    assert seen[0] == Progress(candidates=2, source="list of names", folders=2, named=1)
