"""What is learnt from looks, and when the next one comes. No clock runs here: every moment is given."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from chromemctl.watching.looks import CollectionState, Damage, Depth, Discovery, Look, Outcome, not_seen
from chromemctl.watching.roster import MENDING_SECONDS, READING_SHARE, SETTLING_SECONDS, News, Roster, Watched

STORE = Path("/stores/one")
INTERVAL = 300.0


def missing(dir_name: str = "e9f85bf6") -> Damage:
    return Damage("META_MISSING", dir_name, STORE / dir_name / "00000000.gob", 0, "it is missing", "find it")


def torn(fingerprint: int) -> Damage:
    return Damage("DOC_TRUNCATED", "e9f85bf6", STORE / "e9f85bf6" / "aa.gob", fingerprint, "cut", "")


def look(*damages: Damage, depth: Depth = Depth.FULL, documents: int = 3, seconds: float = 0.1) -> Look:
    return Look(
        STORE,
        depth,
        began=1000.0,
        seconds=seconds,
        collections=(CollectionState("e9f85bf6", "contextd_memories", documents, is_empty=False),),
        damages=damages,
        findings=Counter((damage.finding, "error") for damage in damages),
        opens=not damages,
        refusal="collection metadata file not found" if damages else None,
    )


def watched(*looks: Look) -> Watched:
    store = Watched(STORE)
    for number, each in enumerate(looks):
        store.take(each, float(number), INTERVAL)
    return store


def state(store: Watched) -> tuple[int, bool, int]:
    """The number of known errors, whether chromem would open the store, and the number of suspicions."""
    assert store.known is not None
    return len(store.known.damages), store.known.opens, len(store.suspected)


class TestDamage:
    """When an error counts."""

    def test_one_look_is_a_suspicion(self) -> None:
        store = watched(look(), look(missing()))
        assert state(store) == (0, True, 1)
        assert store.is_healthy
        assert not store.is_settled
        assert store.refusals == 0

    def test_two_looks_are_damage(self) -> None:
        store = watched(look(), look(missing()), look(missing()))
        assert state(store) == (1, False, 0)
        assert not store.is_healthy
        assert store.refusals == 1
        assert store.known is not None
        assert store.known.refusal == "collection metadata file not found"

    def test_what_is_gone_at_the_second_look_was_never_there(self) -> None:
        assert state(watched(look(), look(missing()), look())) == (0, True, 0)

    def test_a_file_that_changes_in_between_is_still_being_written(self) -> None:
        assert state(watched(look(torn(1)), look(torn(2)))) == (0, True, 1)
        assert state(watched(look(torn(1)), look(torn(2)), look(torn(2)))) == (1, False, 0)

    def test_a_folder_that_loses_documents_is_being_deleted(self) -> None:
        deleting = watched(look(), look(missing(), documents=90), look(missing(), documents=40))
        assert state(deleting) == (0, True, 1)

    def test_what_is_known_stays_so_while_every_look_finds_it(self) -> None:
        store = watched(look(torn(1)), look(torn(1)))
        assert store.take(look(torn(2)), 3.0, INTERVAL) == []
        assert state(store) == (1, False, 0)

    def test_one_known_error_beside_a_suspicion(self) -> None:
        store = watched(look(missing()), look(missing(), torn(1)))
        assert state(store) == (1, False, 1)
        assert store.known is not None
        assert store.known.findings == {("META_MISSING", "error"): 1}

    @given(st.lists(st.sampled_from([(), (1,), (2,), (1, 2)]), max_size=8))
    def test_nothing_is_known_that_two_looks_in_a_row_have_not_seen(
        self, seen: list[tuple[int, ...]]
    ) -> None:
        store = watched(*(look(*map(torn_at, found)) for found in seen))
        if store.known is not None:
            known = {damage.path for damage in store.known.damages}
            for path in known:
                assert any(
                    path in {torn_at(number).path for number in first}
                    and path in {torn_at(number).path for number in second}
                    for first, second in pairwise(seen)
                )
            assert known <= {torn_at(number).path for number in seen[-1]}


def torn_at(number: int) -> Damage:
    return Damage("DOC_TRUNCATED", "e9f85bf6", STORE / "e9f85bf6" / f"{number}.gob", 7, "cut", "")


class TestNews:
    """What is told, and told once."""

    def test_damage_is_told_once_and_so_is_that_it_is_gone(self) -> None:
        store = watched(look())
        looks = [look(missing()), look(missing()), look(missing()), look(), look()]
        told = [store.take(each, 1.0, INTERVAL) for each in looks]
        assert [[item.news for item in items] for items in told] == [
            [],
            [News.DAMAGED],
            [],
            [News.HEALED],
            [],
        ]

    def test_a_store_that_is_lost_and_comes_back(self) -> None:
        store = watched(look())
        gone = not_seen(STORE, Depth.FULL, "there is no directory any more", FileNotFoundError())
        told = [store.take(each, 1.0, INTERVAL) for each in (gone, gone, look())]
        assert [[item.news for item in items] for items in told] == [[News.LOST], [], [News.BACK]]
        assert store.is_healthy

    def test_a_look_that_failed_is_counted_and_makes_nothing_healthy(self) -> None:
        store = watched(look(), not_seen(STORE, Depth.FULL, "Input/output error", OSError()))
        assert (store.failures, store.is_healthy) == (1, False)


class TestTheNextLook:
    """When it comes, and whether documents are read."""

    def test_every_file_is_read_at_each_interval(self) -> None:
        store = Watched(STORE)
        assert store.next_look() == (0.0, Depth.FULL)
        store.take(look(seconds=1.0), 11.0, INTERVAL)
        assert store.next_look() == (10.0 + INTERVAL - SETTLING_SECONDS - 2.0, Depth.FULL)

    def test_a_short_interval_is_halved_at_most(self) -> None:
        store = Watched(STORE)
        store.take(look(seconds=1.0), 11.0, 3.0)
        assert store.next_look() == (11.5, Depth.FULL)

    def test_events_ask_for_a_quick_look_and_not_too_often(self) -> None:
        store = watched(look(seconds=60.0))
        store.touched = 0.5
        assert store.next_look() == (2.0, Depth.QUICK)
        store.touched = None
        store.take(look(depth=Depth.QUICK, seconds=1.0), 10.0, INTERVAL)
        store.touched = 10.1
        assert store.next_look() == (20.0, Depth.QUICK)

    def test_a_change_during_a_look_asks_for_another(self) -> None:
        store = watched(look(seconds=60.0))
        store.touched = 1.0
        store.take(look(depth=Depth.QUICK), 10.0, INTERVAL)
        assert store.next_look() == (12.0, Depth.QUICK)

    def test_after_a_change_documents_are_read_soon(self) -> None:
        store = watched(look(seconds=0.01))
        store.take(look(depth=Depth.QUICK), 50.0, INTERVAL)
        assert store.next_look() == (52.0, Depth.FULL)

    def test_but_for_all_stores_together_in_a_small_part_of_the_time(self) -> None:
        store = watched(look(seconds=0.1))
        store.take(look(depth=Depth.QUICK), 50.0, INTERVAL, 10)
        assert store.next_look() == (50.0 + 10 * 0.1 / READING_SHARE, Depth.FULL)

    def test_a_quick_look_does_not_put_off_the_next_full_one(self) -> None:
        store = watched(look(seconds=60.0))
        due = store.next_look()
        store.take(look(depth=Depth.QUICK), 200.0, INTERVAL)
        assert store.next_look() == due

    def test_a_suspicion_is_looked_into_soon_and_in_full(self) -> None:
        store = watched(look())
        store.take(look(torn(1)), 50.0, INTERVAL)
        assert store.next_look() == (50.0 + SETTLING_SECONDS, Depth.FULL)

    def test_where_documents_are_damaged_they_are_read_at_each_event(self) -> None:
        store = watched(look(torn(1)), look(torn(1)))
        store.touched = 1.0
        assert store.next_look()[1] is Depth.FULL

    def test_a_store_that_is_not_there_waits_until_it_is_discovered(self) -> None:
        store = watched(not_seen(STORE, Depth.FULL, "gone", FileNotFoundError()))
        assert store.is_away
        assert store.next_look()[0] == float("inf")


class TestMending:
    """When a repair is worth an attempt."""

    def test_only_what_is_beyond_doubt(self) -> None:
        assert not watched(look()).try_to_mend(10.0, INTERVAL)
        assert not watched(look(), look(missing())).try_to_mend(10.0, INTERVAL)
        assert not watched(look(missing()), look(missing(), torn(1))).try_to_mend(10.0, INTERVAL)
        assert watched(look(missing()), look(missing())).try_to_mend(10.0, INTERVAL)

    def test_the_same_damage_again_after_an_interval_and_other_damage_sooner(self) -> None:
        store = watched(look(missing()), look(missing()))
        assert store.try_to_mend(100.0, INTERVAL)
        assert not store.try_to_mend(101.0, INTERVAL)
        assert not store.try_to_mend(100.0 + INTERVAL - 1, INTERVAL)
        assert store.try_to_mend(100.0 + INTERVAL, INTERVAL)
        for _ in range(2):
            store.take(look(torn(1)), 500.0, INTERVAL)
        assert not store.try_to_mend(100.0 + INTERVAL + MENDING_SECONDS - 1, INTERVAL)
        assert store.try_to_mend(100.0 + INTERVAL + MENDING_SECONDS, INTERVAL)


class TestRoster:
    """Many stores."""

    def test_stores_come_vanish_and_return(self) -> None:
        roster = Roster([STORE], INTERVAL)
        absent = Look(STORE, Depth.FULL, 0.0, outcome=Outcome.ABSENT, reason="/stores/one does not exist")
        told = roster.update(Discovery((), (absent,)), 1.0)
        assert [item.news for item in told] == [News.LOST]
        assert not roster.is_healthy
        assert roster.update(Discovery((STORE,), ()), 2.0) == []
        following = roster.next_look()
        assert following is not None
        assert following[0] == 2.0
        told = following[2].take(look(), 3.0, INTERVAL)
        assert [item.news for item in told] == [News.BACK]
        assert roster.is_healthy

    def test_a_store_below_a_base_that_is_gone_is_told_and_left(self) -> None:
        roster = Roster([STORE.parent], INTERVAL)
        roster.update(Discovery((STORE, STORE.with_name("two")), ()), 0.0)
        told = roster.update(Discovery((STORE,), ()), 1.0)
        assert [(item.news, item.store.name) for item in told] == [(News.LOST, "two")]
        assert list(roster.stores) == [STORE]

    def test_what_another_path_leads_to_is_kept(self) -> None:
        roster = Roster([STORE, STORE.with_name("two")], INTERVAL)
        roster.update(Discovery((STORE,), ()), 0.0)
        assert roster.update(Discovery((STORE.with_name("two"),), ()), 1.0, [STORE]) == []
        assert set(roster.stores) == {STORE, STORE.with_name("two")}

    def test_what_was_given_up_is_not_looked_at_until_it_is_found(self) -> None:
        roster = Roster([STORE], INTERVAL)
        roster.update(Discovery((STORE,), ()), 0.0)
        [told] = roster.give_up(not_seen(STORE, Depth.FULL, "it does not answer"), 1.0)
        assert (told.news, told.reason) == (News.LOST, "it does not answer")
        assert roster.stores[STORE].is_away
        roster.update(Discovery((STORE,), ()), 2.0)
        assert not roster.stores[STORE].is_away

    def test_what_is_overdue_longest_comes_first(self) -> None:
        roster = Roster([STORE.parent], INTERVAL)
        roster.update(Discovery((STORE, STORE.with_name("two")), ()), 0.0)
        roster.stores[STORE].take(look(), 5.0, INTERVAL)
        following = roster.next_look()
        assert following is not None
        assert following[2].path.name == "two"

    def test_a_change_belongs_to_the_store_that_it_is_in(self) -> None:
        roster = Roster([STORE.parent], INTERVAL)
        roster.update(Discovery((STORE,), ()), 0.0)
        assert roster.note_change(STORE / "e9f85bf6", 1.0)
        assert roster.stores[STORE].touched == 1.0
        assert not roster.note_change(STORE.with_name("two"), 1.0)

    def test_what_is_replaced_is_read_anew_with_all_below_it(self) -> None:
        roster = Roster([STORE.parent], INTERVAL)
        roster.update(Discovery((STORE, Path("/elsewhere")), ()), 0.0)
        for store in roster.stores.values():
            store.take(look(), 1.0, INTERVAL)
        roster.look_now([STORE.parent], 5.0)
        assert [store.next_look()[0] == 5.0 for store in roster.stores.values()] == [True, False]

    def test_no_stores_are_no_health(self) -> None:
        assert not Roster([], INTERVAL).is_healthy
