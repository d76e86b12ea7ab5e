"""Every snippet in the documents runs, and shows what really happens.

The READMEs and every page under docs/ are found by themselves. Blocks are run by the word after their fence,
in the order of the page, in a folder of its own that `workplace` fills:

- `python`: run as one module with the page's other python blocks; an assertion says what is promised.
- `pycon`: a Python session with its output, run as a doctest in the same namespace.
- `console`: `$ command` lines and the output of each. `...` stands for anything. A command must exit with 0
  unless its line ends in `# exits N`. Lines of output may be left out altogether.
- `sh`: for the reader's own machine, not run; every `make` target in it must exist.

Other words (`text`, `go`, `json`, `toml`, `mermaid`) are not run.
"""

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")])
RUN = {"python", "pycon", "console"}
SHOWN = {"text", "go", "json", "toml", "mermaid", "sh"}

FENCE = re.compile(r"^```(?P<word>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (?P<command>(?:.*\\\n)*.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
EXITS = re.compile(r"\s+# exits (?P<code>\d+)$")
LENIENT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """A fenced block: its word, its text, and the line of the document where the text begins."""

    word: str
    body: str
    line: int


def blocks(document: Path) -> Iterator[Block]:
    text = document.read_text()
    for match in FENCE.finditer(text):
        yield Block(match["word"], match["body"], text.count("\n", 0, match.start("body")) + 1)


def name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def with_snippets() -> list[Path]:
    return [document for document in DOCUMENTS if any(block.word in RUN for block in blocks(document))]


@pytest.mark.parametrize("document", with_snippets(), ids=name)
def test_snippets_run(
    document: Path, workplace: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if any("gohelper" in block.body for block in blocks(document) if block.word in RUN):
        request.getfixturevalue("go")  # skips, or fails in CI, where there is no Go toolchain
    monkeypatch.chdir(workplace)
    namespace: dict[str, object] = {"__name__": document.stem}
    for block in blocks(document):
        where = f"{name(document)}:{block.line}"
        match block.word:
            case "python":
                # Empty lines in front make a traceback name the line of the document.
                exec(compile("\n" * (block.line - 1) + block.body, str(document), "exec"), namespace)
            case "pycon":
                run_session(block, where, namespace)
            case "console":
                run_commands(block, where, workplace)


def run_session(block: Block, where: str, namespace: dict[str, object]) -> None:
    session = doctest.DocTestParser().get_doctest(block.body, namespace, where, None, block.line - 1)
    report: list[str] = []
    doctest.DocTestRunner(optionflags=LENIENT).run(session, out=report.append, clear_globs=False)
    namespace.update(session.globs)
    assert not report, "".join(report)


def run_commands(block: Block, where: str, folder: Path) -> None:
    commands = list(COMMAND.finditer(block.body))
    assert commands, f"{where}: a console block without a `$ command` line"
    assert commands[0].start() == 0, f"{where}: output before the first command"
    for match in commands:
        exits = EXITS.search(match["command"])
        process = subprocess.run(
            ["bash", "-c", match["command"]], cwd=folder, env=environment(folder), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        said = f"{where}: $ {match['command']}\n{process.stdout}"
        assert process.returncode == (int(exits["code"]) if exits else 0), said
        if match["output"].strip():
            checker = doctest.OutputChecker()
            same = checker.check_output(match["output"], process.stdout, LENIENT)
            assert same, f"{said}\nthe document shows:\n{match['output']}"


def environment(folder: Path) -> dict[str, str]:
    """What a command sees: the tools of this Python first, nothing of the person who runs the tests."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
class TestEveryDocument:
    """What holds for any page."""

    def test_its_blocks_are_known(self, document: Path) -> None:
        unknown = [f"line {b.line}: {b.word!r}" for b in blocks(document) if b.word not in RUN | SHOWN]
        assert unknown == []

    def test_its_make_targets_exist(self, document: Path) -> None:
        targets = {
            target
            for block in blocks(document)
            for target in re.findall(r"^(?:\$ )?make ([a-z-]+)", block.body, re.MULTILINE)
        } | set(re.findall(r"`make ([a-z-]+)", document.read_text()))
        declared = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        assert targets <= declared

    def test_its_links_lead_somewhere(self, document: Path) -> None:
        links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", document.read_text())
        assert [link for link in links if not (document.parent / link).exists()] == []
