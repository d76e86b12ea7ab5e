"""From what is wrong with a store to a plan that cures it. Nothing is changed here.

Documents come first: files that chromem cannot read, or should not, move to `.quarantine/HASH/NUMBER/` with
a manifest, others to the name or suffix that is theirs. Then lost metadata is rebuilt, folders of one name
are brought together, and each folder gets its name. What is uncertain is left alone and said.
"""

from chromemctl.repair.documents import REFUSED
from chromemctl.repair.duplicates import contradicted
from chromemctl.repair.irregular import IRREGULAR
from chromemctl.repair.metadata import rebuildable
from chromemctl.repair.planning import CURABLE, Known, make_plan

__all__ = ["CURABLE", "IRREGULAR", "REFUSED", "Known", "contradicted", "make_plan", "rebuildable"]
