import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chromemctl.naming.transforms import TRANSFORMS, transform


@pytest.mark.parametrize(
    ("spelling", "text", "expected"),
    [
        ("identifier", "github.com/user", "github_com_user"),
        ("identifier", "My Project!", "my_project"),
        ("identifier", "!!!", "default"),
        ("identifier", "a" * 64, "a" * 64),
        ("identifier", "a" * 65, "a" * 55 + "_" + hashlib.sha256(b"a" * 65).hexdigest()[:8]),
        ("identifier", "a" * 54 + "_" + "b" * 20, None),
        ("identifier", "\u0130stanbul", "istanbul"),
        ("name", "A--b_", "a__b_"),
        ("name", "", "default"),
        ("words", "My App-1.0/x", "my_app_1_0x"),
        ("words", "日本", "h_" + hashlib.sha256("日本".encode()).hexdigest()[:32]),
        ("compact", "Ana María", "ana_mara"),
        ("compact", "Ω", "local"),
        ("alphanumeric", "/Home/a-b", "_Home_a_b"),
        ("slug", "My App!", "my-app"),
        ("basename", "/a/b/", "b"),
        ("basename", "/", "/"),
        ("basename", "", "."),
        ("stem", "/a/notes.tar.gz", "notes.tar"),
        ("stem", ".bashrc", ".bashrc"),
        ("md5", "a", hashlib.md5(b"a").hexdigest()),
        ("sha256[:16]", "a", hashlib.sha256(b"a").hexdigest()[:16]),
        ("sha1[:8]", "\udcff", hashlib.sha1(b"\xff").hexdigest()[:8]),
    ],
)
def test_transforms(spelling: str, text: str, expected: str | None) -> None:
    function = transform(spelling)
    assert function is not None
    if expected is None:  # the underscore at the cut goes away
        whole = text
        expected = "a" * 54 + "_" + hashlib.sha256(whole.encode()).hexdigest()[:8]
    assert function(text) == expected


@pytest.mark.parametrize(
    "spelling", ["", "nothing", "identifier[:3]", "sha256[:0]", "sha256[3:]", "md5[:999]"]
)
def test_unknown_transforms_are_none(spelling: str) -> None:
    assert transform(spelling) is None


@pytest.mark.parametrize("spelling", sorted(TRANSFORMS))
@given(text=st.text(st.characters(codec=None, exclude_categories=())))
def test_no_text_breaks_a_transform(spelling: str, text: str) -> None:
    assert isinstance(TRANSFORMS[spelling](text), str)


@given(text=st.text())
def test_identifiers_are_names_that_contextd_accepts(text: str) -> None:
    for spelling in ("identifier", "name"):
        made = TRANSFORMS[spelling](text)
        assert 1 <= len(made) <= 64
        assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
