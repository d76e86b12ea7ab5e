"""What is in a store, and what can be read of it: facts that checks, predictions and plans are made from.

Nothing is judged here, and nothing changed.
"""

from chromemctl.survey.facts import DocumentFacts, Enclosed, Fault, FileFacts, Wrapping
from chromemctl.survey.folders import (
    FolderFacts,
    Shape,
    Survey,
    are_few,
    is_measured,
    is_unit,
    usual_dimension,
)
from chromemctl.survey.imprint import Change, StoreImprint, changes_in, entries_but_documents, take_imprint
from chromemctl.survey.looking import Progress, glance, survey_store
from chromemctl.survey.reading import read_facts, unwrapped_file
from chromemctl.survey.wrappings import unwrapped

__all__ = [
    "Change",
    "DocumentFacts",
    "Enclosed",
    "Fault",
    "FileFacts",
    "FolderFacts",
    "Progress",
    "Shape",
    "StoreImprint",
    "Survey",
    "Wrapping",
    "are_few",
    "changes_in",
    "entries_but_documents",
    "glance",
    "is_measured",
    "is_unit",
    "read_facts",
    "survey_store",
    "take_imprint",
    "unwrapped",
    "unwrapped_file",
    "usual_dimension",
]
