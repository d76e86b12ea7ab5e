"""The shapes of what `chromemctl --json` writes, one class for each.

The reference page, the JSON Schema file and the tests of the commands' real output are made of them.
"""

from __future__ import annotations

from manual.shapes.backups import BackupCreate, BackupList, BackupPrune, BackupRestore, BackupVerify
from manual.shapes.changes import Journal, QuarantineChange, QuarantineList, Recover, Undo
from manual.shapes.common import Failure
from manual.shapes.copies import Demo, Exchange, SimulateList, Simulation
from manual.shapes.operation import Preflight, Watch, Whole
from manual.shapes.stores import Identify, Inspect, Verify, VerifyBase, VerifyStoreAndBelow

#: What each command writes, in the order of the page.
REPORTS: dict[str, tuple[type, ...]] = {
    "verify": (Verify, VerifyBase, VerifyStoreAndBelow),
    "identify": (Identify,),
    "recover": (Recover,),
    "undo": (Undo,),
    "journal": (Journal,),
    "quarantine list": (QuarantineList,),
    "quarantine add": (QuarantineChange,),
    "quarantine restore": (QuarantineChange,),
    "preflight": (Preflight,),
    "watch": (Watch,),
    "backup create": (BackupCreate,),
    "backup list": (BackupList,),
    "backup verify": (BackupVerify,),
    "backup prune": (BackupPrune,),
    "backup restore": (BackupRestore,),
    "inspect": (Inspect,),
    "convert": (Exchange,),
    "export": (Exchange,),
    "import": (Exchange,),
    "simulate": (Simulation, SimulateList),
    "demo": (Demo,),
    "alerts": (Whole,),
    "dashboard": (Whole,),
    "units": (Whole,),
}
FAILURE: type = Failure
