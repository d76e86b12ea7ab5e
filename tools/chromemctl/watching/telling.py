"""What the log of a watch says when something happens to a store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from chromemctl import logs
from chromemctl.survey.location import relative_to_store
from chromemctl.watching.roster import Item, News
from chromemctl.wording import command, readable

# So many errors of one look are told one by one; verify shows them all.
_SHOWN = 10


def tell(items: Sequence[Item]) -> None:
    """Log the news of one look, store by store."""
    by_store: defaultdict[Path, list[Item]] = defaultdict(list)
    for item in items:
        by_store[item.store].append(item)
    for store, news in by_store.items():
        for item in [each for each in news if each.news in (News.LOST, News.BACK)]:
            _tell_of_store(item)
        for kind in (News.DAMAGED, News.HEALED):
            _tell_of_damages(store, kind, [item for item in news if item.news is kind])


def _tell_of_store(item: Item) -> None:
    store = readable(str(item.store))
    if item.news is News.BACK:
        logs.event(f"{store}: the store can be looked at again", store=store, event="back")
        return
    reason = readable(item.reason)
    logs.warning(reason if store in reason else f"{store}: {reason}", store=store, event="lost")


def _tell_of_damages(store: Path, news: News, items: Sequence[Item]) -> None:
    shown = readable(str(store))
    is_damage = news is News.DAMAGED
    say = logs.warning if is_damage else logs.event
    for item in items[:_SHOWN]:
        assert item.damage is not None, "news of damage tell which"
        where = relative_to_store(item.damage.path, store)
        what = readable(item.damage.message) if is_damage else "is gone"
        say(
            f"{shown}: {item.damage.finding} {where}: {what}",
            store=shown,
            event=news.name.lower(),
            finding=item.damage.finding,
            path=readable(str(item.damage.path)),
        )
    if (more := len(items) - _SHOWN) > 0:
        say(f"{shown}: and {more:,} more", store=shown, event=news.name.lower())
    if is_damage and items:
        logs.warning(f"{shown}: what to do: {command('chromemctl', 'verify', store)}", store=shown)
