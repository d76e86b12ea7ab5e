"""From what is wrong with a store to a plan that cures it. Nothing is changed here.

Documents come first: files that chromem cannot read, or should not, move to `.quarantine/HASH/NUMBER/` with
a manifest, others to the name or suffix that is theirs. Then folders of one name are brought together, each
folder gets its name, and lost metadata is rebuilt. What is uncertain is left alone and said.
"""

from chromemctl.repair.documents import REFUSED
from chromemctl.repair.duplicates import contradicted
from chromemctl.repair.irregular import IRREGULAR
from chromemctl.repair.metadata import likely_ids, rebuildable
from chromemctl.repair.planning import CURABLE, make_plan

__all__ = ["CURABLE", "IRREGULAR", "REFUSED", "contradicted", "likely_ids", "make_plan", "rebuildable"]
