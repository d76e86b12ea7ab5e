"""Names made as each application makes them are found again from the metadata of the documents alone."""

import random

import pytest

from chromemctl.naming import Confidence, Evidence, identify, load_applications
from tests.support import applications
from tests.support.applications import Way, folder_of, unrelated

CASES = 100
FOUND_AT_LEAST = 0.95
APPLICATIONS = load_applications()
WAYS = [way for ways in applications.APPLICATIONS.values() for way in ways]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_names_are_found_from_the_documents(way: Way) -> None:
    rng = random.Random(way.__name__)
    missed = []
    for _ in range(CASES):
        name, parts = way(rng)
        folder = folder_of(name)
        documents = [{**unrelated(rng), **parts} for _ in range(rng.randint(1, 4))]
        found = identify([folder], Evidence(documents={folder: documents}), applications=APPLICATIONS)
        names = found.folders[0].names
        wrong = [n.name for n in names if n.confidence is Confidence.CERTAIN and n.name != name]
        assert not wrong
        if not names or names[0].name != name or names[0].confidence is not Confidence.CERTAIN:
            missed.append(name)
    assert len(missed) <= CASES * (1 - FOUND_AT_LEAST), missed


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_without_the_parts_no_name_is_certain(way: Way) -> None:
    rng = random.Random(way.__name__)
    for _ in range(20):
        name, _ = way(rng)
        folder = folder_of(name)
        evidence = Evidence(documents={folder: [unrelated(rng)]})
        found = identify([folder], evidence, applications=APPLICATIONS, max_candidates=50_000)
        certain = [n.name for n in found.folders[0].names if n.confidence is Confidence.CERTAIN]
        assert set(certain) <= {name}


def test_every_application_is_imitated() -> None:
    assert applications.APPLICATIONS.keys() == {application.name for application in APPLICATIONS}


def test_every_fixed_name_is_found_without_evidence() -> None:
    names = {name for application in APPLICATIONS for name in application.fixed}
    folders = {folder_of(name): name for name in names}
    found = identify(list(folders), Evidence(), applications=APPLICATIONS)
    for entry in found.folders:
        assert [n.name for n in entry.names] == [folders[entry.dir]]
        assert entry.names[0].confidence is Confidence.LIKELY
