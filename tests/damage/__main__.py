"""`python -m tests.damage`: make the cases of the damage catalogue anew, or lay one out to look at it."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path

from gohelper import Go
from tests.damage import healthy
from tests.damage.cases import Case, observed, remake


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.damage", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="write every case with what is seen of it now")
    make.add_argument("--healthy", action="store_true", help="let real chromem write the sound stores anew")
    show = commands.add_parser("lay-out", help="make the damaged store of a case")
    show.add_argument("case", type=Path, help="the file of the case")
    show.add_argument("out", type=Path, help="a folder that does not exist")
    observe = commands.add_parser("observe", help="print what is seen of a case")
    observe.add_argument("case", type=Path, help="the file of the case")
    observe.add_argument("--without-chromem", action="store_true", help="do not ask real chromem")
    options = parser.parse_args()
    if options.command == "lay-out":
        print(Case.read(options.case).lay_out(options.out))
        return 0
    if options.command == "observe":
        _observe(Case.read(options.case), options.without_chromem)
        return 0
    with Go() as go:
        if options.healthy:
            healthy.write(go)
        made = list(remake(go))
    print(f"{len(made)} cases; git diff shows what is seen otherwise than before")
    return 0


def _observe(case: Case, without_chromem: bool) -> None:
    with nullcontext() if without_chromem else Go() as go:
        print(json.dumps(observed(case, go)))


if __name__ == "__main__":
    sys.exit(main())
