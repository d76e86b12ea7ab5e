from pathlib import Path

import pytest

from chromemctl.naming import Evidence, RuleError, identify, load_applications
from chromemctl.naming.rules import parse_application
from pygob.chromem.names import name_hash

MINE = """
application = "mine"
keys = ["shop"]
fixed = ["mine_settings"]

[parts.shop]
metadata = ["shop"]

[parts.kind]
values = ["goods", "orders"]

[[names]]
template = "mine/{shop|slug}/{kind}"
finish = ["upper"]
"""


def test_users_add_a_folder_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    (tmp_path / "notes.txt").write_text("not a rule file")
    applications = load_applications(tmp_path)
    name = "MINE/CORNER-SHOP/ORDERS"
    folder = name_hash(name)
    evidence = Evidence(documents={folder: [{"shop": "Corner Shop"}]})
    found = identify([folder], evidence, applications=applications)
    assert [(n.name, n.confidence.value) for n in found.folders[0].names] == [(name, "certain")]
    assert "mine" in found.folders[0].names[0].source


def test_a_users_file_replaces_the_built_in_application_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "storyden.toml").write_text('application = "storyden"\nfixed = ["other"]')
    found = [a for a in load_applications(tmp_path) if a.name == "storyden"]
    assert [application.fixed for application in found] == [("other",)]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('application = "mine"', "application ="), "my.toml: not a TOML file"),
        (('application = "mine"', ""), "my.toml: application: expected a text"),
        (('application = "mine"', "application = 3"), "my.toml: application: expected a text"),
        (('fixed = ["mine_settings"]', 'fixed = "mine"'), "my.toml: fixed: expected a list of texts"),
        (('fixed = ["mine_settings"]', "fixed = [1]"), "my.toml: fixed: expected a list of texts"),
        (('keys = ["shop"]', 'key = ["shop"]'), "my.toml: key: unknown key; known are: about, application"),
        (('metadata = ["shop"]', 'metdata = ["shop"]'), "my.toml: parts.shop.metdata: unknown key"),
        (('metadata = ["shop"]', 'environment = ["x"]'), "my.toml: parts.shop.environment: unknown 'x'"),
        (('metadata = ["shop"]', 'registry = ["x"]'), "my.toml: parts.shop.registry: unknown 'x'"),
        (("[parts.shop]", "[parts.store]"), "my.toml: names[0].template: no [parts.shop] in this file"),
        (("|slug", "|slag"), "my.toml: names[0].template: no transform 'slag'"),
        (("{kind}", "{kind"), "my.toml: names[0].template: a single '{'"),
        (('["upper"]', '["up"]'), "my.toml: names[0].finish: no transform 'up'"),
        (("[[names]]", "[names]"), "my.toml: names: expected tables, written as [[names]]"),
        (("[parts.shop]\nmetadata", "[parts]\nshop"), "my.toml: parts.shop: expected a table"),
        (('template = "mine/{shop|slug}/{kind}"', ""), "my.toml: names[0].template: expected a text"),
    ],
)
def test_a_wrong_rule_file_is_explained_by_file_and_key(change: tuple[str, str], complaint: str) -> None:
    text = MINE.replace(*change)
    assert text != MINE
    with pytest.raises(RuleError) as caught:
        parse_application(text, "my.toml")
    assert str(caught.value).startswith(complaint)


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"nowhere: cannot read the folder of naming rules: No such file"):
        load_applications(tmp_path / "nowhere")


def test_a_rule_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"application = '\xff'")
    with pytest.raises(RuleError, match=r"bad\.toml: not UTF-8 text"):
        load_applications(tmp_path)


def test_a_wrong_template_of_the_operator_is_explained() -> None:
    with pytest.raises(RuleError, match=r'template "\{a": a single'):
        identify(["00000000"], Evidence(templates=["{a"]))
