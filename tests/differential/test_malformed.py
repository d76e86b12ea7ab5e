"""Malformed streams: we refuse what real Go refuses, and nothing else (`tests/support/verdicts.py`)."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

import pygob
from gohelper.judge import Judge
from tests.support import malformed, raw
from tests.support.handmade import ANYS, MALFORMED, SOUND
from tests.support.verdicts import CRASHED, REAL_GO, UNHASHABLE, compare, is_sound

SEED = 20_000
SAMPLE = 20_000
LONG_RUN = int(os.environ.get("PYGOB_MALFORMED_STREAMS", "0"))


@pytest.fixture(scope="module")
def judge(go: object) -> Iterator[Judge]:
    """Real Go, judging in processes of its own; needs `go` only for its check that there is a toolchain."""
    with Judge() as judge:
        yield judge


def representatives(count: int, *, longest: int = 160) -> list[bytes]:
    """Some of Go's streams, spread over their lengths."""
    sound = malformed.sound_streams(longest)
    return sound[:: max(1, len(sound) // count)]


@pytest.mark.parametrize("name", MALFORMED)
def test_each_error_that_go_knows_is_one_for_go(judge: Judge, name: str) -> None:
    (verdict,) = judge.verdicts([MALFORMED[name].data])
    assert not verdict.crash
    assert not (verdict.typed.accept if verdict.judge == "typed" else verdict.skip.accept)


@pytest.mark.parametrize("name", SOUND)
def test_what_looks_wrong_and_is_sound_is_so_for_go(judge: Judge, name: str) -> None:
    (verdict,) = judge.verdicts([SOUND[name][0]])
    assert is_sound(verdict)


def test_streams_cut_before_every_byte(judge: Judge) -> None:
    streams = {cut for stream in representatives(60) for cut in malformed.cuts(stream)}
    assert len(streams) > 2_000
    assert compare(judge, sorted(streams)).differences == []


def test_streams_with_every_byte_changed(judge: Judge) -> None:
    chance = random.Random(SEED)
    streams = {change for stream in representatives(25) for change in malformed.changes(stream, chance)}
    assert len(streams) > 8_000
    assert compare(judge, sorted(streams)).differences == []


def test_mutated_and_random_streams(judge: Judge) -> None:
    streams = malformed.sample(SAMPLE, SEED)
    assert len(set(streams)) == SAMPLE
    comparison = compare(judge, streams)
    assert comparison.differences == []
    # docs/differences-from-go.md states these.
    assert comparison.share(REAL_GO) > 0.8
    assert comparison.deciders[CRASHED] == 0


def test_a_stream_that_go_does_not_judge_in_time_is_reported(go: object) -> None:
    definitions = raw.define_struct(64, []) + raw.define_map(65, 64, 64)
    stream = definitions + raw.message(raw.int_(65), raw.SINGLETON, b"\xf8\x0f" + b"\xff" * 7)
    with Judge(deadline=0.2) as hasty:
        comparison = compare(hasty, [stream])
    assert comparison.deciders[CRASHED] == 1
    assert comparison.differences == [f"{stream.hex()}: not judged: no verdict within 2s of processor time"]


@pytest.mark.slow
@pytest.mark.skipif(not LONG_RUN, reason="a long run: PYGOB_MALFORMED_STREAMS=1000000")
def test_as_many_streams_as_asked_for(judge: Judge) -> None:
    for seed in range(0, LONG_RUN, SAMPLE):
        assert compare(judge, malformed.sample(SAMPLE, SEED + 1 + seed)).differences == []


# ---- where we differ on purpose: docs/differences-from-go.md, in its order


def nil_in_a_skipped_slice() -> bytes:
    return ANYS + raw.value(64, raw.SINGLETON, b"\2", b"\0", raw.text("int"), raw.int_(raw.INT), b"\2\0\2")


def test_a_nil_interface_in_a_slice_stops_go_from_skipping_and_not_us(judge: Judge) -> None:
    data = nil_in_a_skipped_slice()
    (verdict,) = judge.verdicts([data])
    assert (verdict.skip.accept, verdict.typed.accept) == (False, True)
    assert pygob.loads(data) == [None, pygob.Interface("int", 1)]


def test_a_definition_inside_a_skipped_nested_interface_stops_go_and_not_us(judge: Judge) -> None:
    inner = raw.text("[]int") + raw.body_of(raw.define_slice(65, raw.INT))
    after = raw.int_(65) + b"\4" + raw.SINGLETON + b"\1\2"
    data = (
        ANYS
        + raw.message(
            raw.int_(64), raw.SINGLETON, b"\1", raw.text("[]interface {}"), raw.int_(64), b"\x30\0\1", inner
        )
        + raw.message(after)
    )
    (verdict,) = judge.verdicts([data])
    assert not verdict.skip.accept
    assert pygob.loads(data)[0].value[0].value == [1]


def test_a_wrong_byte_count_of_an_interface_stops_go_from_skipping_and_not_us(judge: Judge) -> None:
    data, value = SOUND["interface with a wrong byte count"]
    (verdict,) = judge.verdicts([data])
    assert (verdict.skip.accept, verdict.typed.accept) == (False, True)
    assert pygob.loads(data) == value


@pytest.mark.parametrize("name", ["slice of 2^63 elements", "slice of 2^64 - 1 elements"])
def test_go_skips_a_slice_past_int64_that_it_would_not_decode(judge: Judge, name: str) -> None:
    (verdict,) = judge.verdicts([MALFORMED[name].data])
    assert (verdict.skip.accept, verdict.typed.accept) == (True, False)


@pytest.mark.parametrize("name", ["interface without the zero", "interface name of 1025 bytes"])
def test_go_skips_what_is_inside_an_interface_unseen(judge: Judge, name: str) -> None:
    (verdict,) = judge.verdicts([MALFORMED[name].data])
    assert (verdict.skip.accept, verdict.typed.accept) == (True, False)


def test_a_struct_nested_deeper_than_the_limit_is_refused(judge: Judge) -> None:
    deep = raw.define_struct(64, [("N", 64)]) + raw.value(64, b"\1" * 20)
    (verdict,) = judge.verdicts([deep])
    assert verdict.skip.accept
    with pytest.raises(pygob.GobLimitExceeded, match="nesting depth"):
        pygob.loads(deep, limits=pygob.Limits(depth=10))


def test_a_key_that_go_cannot_hash_makes_go_panic_and_is_read_by_us(judge: Judge) -> None:
    key = raw.text("[]int") + raw.body_of(raw.define_slice(65, raw.INT))
    data = (
        raw.define_map(64, raw.INTERFACE, raw.INT)
        + raw.message(raw.int_(64), raw.SINGLETON, b"\1", key)
        + raw.message(raw.int_(65), b"\3", raw.SINGLETON, b"\1\2", b"\4")
    )
    (verdict,) = judge.verdicts([data])
    assert UNHASHABLE in (verdict.typed.error or "")
    assert pygob.loads(data) == pygob.Pairs([(pygob.Interface("[]int", [1]), 2)])
