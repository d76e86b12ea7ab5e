from chromemctl.naming import Confidence, Evidence, SidecarName, identify
from chromemctl.naming.model import Environment
from pygob.chromem.names import name_hash

# Two names with one hash, found by search.
TWIN_A, TWIN_B = "tenant_132842_memories", "tenant_169843_memories"
TWIN_FOLDER = name_hash(TWIN_A)


def names(folder: str, evidence: Evidence) -> list[tuple[str, Confidence]]:
    found = identify([folder], evidence)
    return [(n.name, n.confidence) for n in found.folders[0].names]


def test_the_twins_are_twins() -> None:
    assert name_hash(TWIN_B) == TWIN_FOLDER


def test_two_names_with_one_hash_are_both_shown_and_neither_is_certain() -> None:
    documents = {TWIN_FOLDER: [{"project_id": "tenant_132842"}, {"project_id": "tenant-169843"}]}
    found = names(TWIN_FOLDER, Evidence(documents=documents))
    assert sorted(found) == [(TWIN_A, Confidence.LIKELY), (TWIN_B, Confidence.LIKELY)]


def test_an_explicit_name_wins_and_another_that_the_documents_tell_is_shown() -> None:
    evidence = Evidence(documents={TWIN_FOLDER: [{"project_id": "tenant_132842"}]}, explicit=[TWIN_B])
    assert names(TWIN_FOLDER, evidence) == [(TWIN_B, Confidence.CERTAIN), (TWIN_A, Confidence.LIKELY)]


def test_a_sibling_does_not_make_its_twin_certain() -> None:
    found = names(TWIN_FOLDER, Evidence(known_names=["tenant_132842_checkpoints"]))
    assert found == [(TWIN_A, Confidence.LIKELY)]


def test_a_list_of_names_makes_nothing_certain() -> None:
    assert names(TWIN_FOLDER, Evidence(listed=[TWIN_A])) == [(TWIN_A, Confidence.LIKELY)]


def test_names_that_were_read_or_given_are_certain() -> None:
    folder = name_hash("my notes")
    for evidence in (
        Evidence(explicit=["my notes"]),
        Evidence(known_names=["my notes"]),
        Evidence(sidecars=[SidecarName("other", "a.tmp"), SidecarName("my notes", "00000000.gob.backup")]),
    ):
        assert names(folder, evidence) == [("my notes", Confidence.CERTAIN)]


def test_the_source_of_a_sidecar_is_told() -> None:
    evidence = Evidence(sidecars=[SidecarName("my notes", "00000000.gob.backup")])
    found = identify([name_hash("my notes")], evidence)
    assert found.folders[0].names[0].source == "00000000.gob.backup"


def test_a_name_that_does_not_hash_to_the_folder_is_never_reported() -> None:
    assert names("00000000", Evidence(explicit=["contextd_memories"], known_names=["x"])) == []


def test_folders_come_back_in_order_whatever_they_are_called() -> None:
    targets = ["not a hash", "E9F85BF6", "e9f85bf6", "e9f85bf6"]
    found = identify(targets, Evidence(explicit=["contextd_memories"]))
    assert [entry.dir for entry in found.folders] == targets
    assert [[n.name for n in entry.names] for entry in found.folders] == [[]] + [["contextd_memories"]] * 3


def test_nothing_asked_costs_nothing() -> None:
    found = identify([], Evidence(explicit=["x"]))
    assert (found.candidates, found.folders) == (0, ())


def test_a_certain_name_stops_the_guessing() -> None:
    folder = name_hash("my notes")
    evidence = Evidence(explicit=["my notes"], environment=Environment(users=("ana",)), words=["a", "b"])
    found = identify([folder], evidence)
    assert not any(source.startswith(("environment", "words")) for source in found.tried)
    assert found.candidates == sum(found.tried.values()) < 1_000


def test_every_candidate_is_counted() -> None:
    evidence = Evidence(explicit=["a", "b"], listed=["c"], sidecars=[SidecarName("d", "s")])
    found = identify(["00000000"], evidence, applications=(), max_candidates=4)
    assert found.tried == {"given by the operator": 2, "s": 1, "list of names": 1}


def test_one_folder_of_many_is_not_less_sure_because_of_the_others() -> None:
    folders = {name_hash(f"p{number}_memories"): [{"project_id": f"p{number}"}] for number in range(100)}
    found = identify(list(folders), Evidence(documents=folders))
    assert {entry.names[0].confidence for entry in found.folders} == {Confidence.CERTAIN}
