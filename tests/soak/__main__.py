"""`make watch-soak`: many stores, real chromem writing to them, damage done and healed, for some minutes.

What must come out: no false alarm, every damage seen within one interval, memory that stays.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from pygob.chromem import Format, name_hash
from tests.soak.claims import claim
from tests.soak.writer import COLLECTIONS, is_compressed
from tests.stores import write_store
from tests.support.watching import Watch, watch

INTERVAL_SECONDS = 30.0
PAUSE_SECONDS = 8.0
#: What the look itself and the second one, which makes sure, take at most beyond an interval.
GRACE_SECONDS = 15.0
#: By how much the processes may grow from the first third of the run to the last.
MOST_GROWTH = 0.1

CORRUPT, OPENS = "vectorstore_collections_corrupt", "vectorstore_opens"

Damage = Callable[[Path], None]


def _zeros(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


DAMAGES: dict[str, tuple[str, Damage]] = {
    "metadata removed": ("metadata", Path.unlink),
    "metadata cut": ("metadata", lambda file: os.truncate(file, 40)),
    "metadata empty": ("metadata", lambda file: os.truncate(file, 0)),
    "document cut": ("document", lambda file: os.truncate(file, 40)),
    "document of zeros": ("document", _zeros),
}


@dataclass
class Record:
    """What was seen.

    Attributes:
        seen: Seconds until a damage was seen, by its kind.
        healed: Seconds until its repair was seen.
        missed: Damages that were not seen in time.
        alarms: Scrapes that called a store damaged that was not.
        scrapes: The number of scrapes.
        memory: The resident bytes of the watch, one for each scrape.
        changes: The number of documents that the application has written and deleted.
    """

    seen: list[tuple[str, float]] = field(default_factory=list)
    healed: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    scrapes: int = 0
    memory: list[int] = field(default_factory=list)
    changes: int = 0

    def scrape(self, running: Watch, damaged: Path | None) -> bool:
        """Read the metrics; whether the store that is damaged is called so. Others must not be."""
        metrics = running.metrics()
        self.scrapes += 1
        self.memory.append(running.memory())
        called = {
            store
            for (name, store), value in metrics.items()
            if (name == CORRUPT and value) or (name in (OPENS, "vectorstore_up") and not value)
        }
        if wrong := called - {str(damaged)}:
            self.alarms += sorted(wrong)
        return str(damaged) in called

    @property
    def growth(self) -> float:
        """By how much the memory has grown from the second third of the run to the last."""
        third = max(1, len(self.memory) // 3)
        before, after = sorted(self.memory[third : 2 * third]), sorted(self.memory[-third:])
        return after[len(after) // 2] / before[len(before) // 2] - 1 if before else 0.0


def soak(root: Path, minutes: float, stores: int, seed: int) -> Record:
    """Run everything for some minutes."""
    paths = [_store(root / f"store-{number:02d}") for number in range(stores)]
    numbers, record = random.Random(seed), Record()
    with ExitStack() as stack:
        rounds = stack.enter_context((root / "rounds").open("wb"))
        writer = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "tests.soak.writer", str(seed), *map(str, paths)], stdout=rounds
            )
        )
        stack.callback(writer.kill)
        running = stack.enter_context(watch(f"--interval={INTERVAL_SECONDS:g}s", *paths))
        running.wait_until_ready()
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            _rest(running, record)
            assert writer.poll() is None, "the writer has ended"
            _damage_and_heal(running, record, numbers.choice(paths), numbers)
        assert running.stop() == 143
    record.changes = int((root / "rounds").read_text().split()[-1])
    return record


def _store(path: Path) -> Path:
    return write_store(
        path, COLLECTIONS, form=Format.GZ if is_compressed(path) else Format.PLAIN, dimension=64
    )


def _rest(running: Watch, record: Record) -> None:
    """Nothing but the application's writes."""
    until = time.monotonic() + PAUSE_SECONDS
    while time.monotonic() < until:
        record.scrape(running, None)
        time.sleep(1)


def _damage_and_heal(running: Watch, record: Record, store: Path, numbers: random.Random) -> None:
    kind = numbers.choice(list(DAMAGES))
    target, damage = DAMAGES[kind]
    with claim(store):
        file = _target(store, target, numbers)
        content, status = file.read_bytes(), file.stat()
        damage(file)
        took = _wait(running, record, store, wanted=True)
        (record.missed if took is None else record.seen).append(kind if took is None else (kind, took))
        file.write_bytes(content)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        if (took := _wait(running, record, store, wanted=False)) is None:
            record.missed.append(f"repair of {kind}")
        else:
            record.healed.append(took)


def _target(store: Path, target: str, numbers: random.Random) -> Path:
    form = Format.GZ if is_compressed(store) else Format.PLAIN
    folder = store / name_hash(numbers.choice(COLLECTIONS))
    if target == "metadata":
        return folder / form.metadata_name
    return numbers.choice(sorted(set(folder.iterdir()) - {folder / form.metadata_name}))


def _wait(running: Watch, record: Record, store: Path, *, wanted: bool) -> float | None:
    """The seconds until the damage is seen, or seen to be gone; None when that takes too long."""
    began = time.monotonic()
    while record.scrape(running, store) is not wanted:
        if time.monotonic() - began > INTERVAL_SECONDS + GRACE_SECONDS:
            return None
        time.sleep(0.2)
    return time.monotonic() - began


def report(record: Record) -> bool:
    """Print what came out; whether it is what must."""
    print(f"{record.changes:,} documents written or deleted by chromem meanwhile")
    print(f"{record.scrapes:,} scrapes, {len(record.alarms)} false alarms")
    for kind in DAMAGES:
        times = sorted(took for each, took in record.seen if each == kind)
        if times:
            middle = times[len(times) // 2]
            print(f"{kind}: {len(times)} seen, after {middle:.1f} s in the middle, {times[-1]:.1f} s at most")
    if record.healed:
        print(f"{len(record.healed)} repairs seen, after {max(record.healed):.1f} s at most")
    megabytes = [f"{value / 1e6:.1f}" for value in (record.memory[0], record.memory[-1], max(record.memory))]
    print("memory: {} MB at first, {} MB at last, {} MB at most".format(*megabytes), end=", ")
    print(f"{record.growth:+.1%} from the second third of the run to the last")
    for missed in record.missed:
        print(f"MISSED: {missed}")
    for alarm in record.alarms[:10]:
        print(f"FALSE ALARM: {alarm}")
    return not record.missed and not record.alarms and record.growth <= MOST_GROWTH


def main(arguments: Sequence[str] | None = None) -> int:
    """Run for some minutes and say what came out."""
    parser = argparse.ArgumentParser(prog="make watch-soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--stores", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="watch-soak-") as root:
        return 0 if report(soak(Path(root), options.minutes, options.stores, options.seed)) else 1


if __name__ == "__main__":
    sys.exit(main())
