"""Read what a Go program wrote with encoding/gob: `python read_orders.py orders/orders.gob`.

The values are read into dataclasses whose fields are named like Go's; what the dataclasses do not name is
passed over. `orders/main.go` wrote the file.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Annotated, Any

import pygob
from pygob import types
from pygob.marshalers import GoTime, Marshalers

MARSHALERS = Marshalers()


@dataclass
class Item:
    Name: str = ""
    Quantity: Annotated[int, types.UINT] = 0
    Price: float = 0.0


@dataclass
class Card:
    Network: str = ""
    Digits: Annotated[tuple[int, ...], types.Array(4, types.UINT8)] = ()


@dataclass
class Transfer:
    IBAN: str = ""


@dataclass
class Order:
    Number: int = 0
    Placed: GoTime | None = None
    Items: list[Item] = field(default_factory=list)
    Notes: dict[str, str] = field(default_factory=dict)
    Payment: Any = None
    Points: Annotated[int | None, types.Pointer(MARSHALERS.type_of("big.Int"))] = None


def main(path: str) -> None:
    registry = pygob.Registry()
    registry.register("main.Card", Card)
    registry.register("main.Transfer", Transfer)
    with open(path, "rb") as file:
        for order in pygob.iter_load(file, type=Order, registry=registry, marshalers=MARSHALERS):
            total = sum(item.Quantity * item.Price for item in order.Items)
            print(f"{order.Number}  {order.Placed}  {total:8.2f}  {order.Payment}")
            for item in order.Items:
                print(f"      {item.Quantity} x {item.Name}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python read_orders.py FILE")
    try:
        main(sys.argv[1])
    except (OSError, pygob.GobError) as error:
        sys.exit(f"Error: {error}")
