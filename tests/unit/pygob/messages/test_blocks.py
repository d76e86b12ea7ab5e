"""Blocks: lengths in front of content whose length is known only at its end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pygob._messages.blocks import BlockWriter
from tests.support import raw
from tests.support.work import calls

# What may be done to a writer: open, close, split, or append so many bytes.
actions = st.lists(
    st.sampled_from(["open", "close", "split"]) | st.sampled_from([1, 2, 126, 127, 128, 255, 300])
)


@given(actions)
def test_every_block_has_its_length_in_front(steps: list[str | int]) -> None:
    writer = BlockWriter()
    blocks = [b""]  # what each open block holds so far, the outermost being no block itself

    def close() -> None:
        writer.close_block()
        content = blocks.pop()
        blocks[-1] += raw.uint(len(content)) + content

    for step in steps:
        if isinstance(step, int):
            writer.buffer += b"x" * step
            blocks[-1] += b"x" * step
        elif step == "open":
            writer.open_block()
            blocks.append(b"")
        elif len(blocks) == 1:
            continue
        elif step == "close":
            close()
        else:
            writer.split_block()
            content = blocks.pop()
            blocks[-1] += raw.uint(len(content)) + content
            blocks.append(b"")
    while len(blocks) > 1:
        close()
    assert writer.to_bytes() == blocks[0]


def test_deep_nesting_costs_no_more_than_as_many_blocks_in_a_row() -> None:
    def nested(depth: int) -> None:
        writer = BlockWriter()
        for _ in range(depth):
            writer.open_block()
            writer.buffer.append(0)
        for _ in range(depth):
            writer.close_block()
        writer.to_bytes()

    assert calls(lambda: nested(4_000)) <= 2.1 * calls(lambda: nested(2_000))
