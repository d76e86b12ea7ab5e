"""The layers of the design, enforced from the imports and calls in the source.

Data flows one way. In pygob: bytes, framing, wire types, plan, values, streams; in chromemctl: store, checks,
findings, plan, changes. A module imports its own layer and the ones below, never one above. What must stay in
one place (compression, drawing, writing files) is named here with that place.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "pygob": ROOT / "pygob",
    "chromemctl": ROOT / "tools" / "chromemctl",
    "gohelper": ROOT / "gohelper",
}

# Lowest first. A package stands for every module in it that is not named itself.
LAYERS = [
    # words for types, errors and bounds; bytes; values
    {
        "pygob.errors",
        "pygob.limits",
        "pygob._compound",
        "pygob._described",
        "pygob._escapes",
        "pygob._loading",
        "pygob._pickling",
    },
    {"pygob.types", "pygob._messages", "pygob._trampoline"},
    {"pygob.values"},
    # what stands for which Go type; types compiled into steps that read and write
    {"pygob.marshalers"},
    {"pygob.binding"},
    {"pygob._kernels"},
    {"pygob._reading"},
    {"pygob._writing", "pygob._destination", "pygob.wire"},
    # streams read and written, looked into, changed
    {"pygob._definitions", "pygob._salvage", "pygob.inspection"},
    {"pygob.reader", "pygob.registry", "pygob.typeids"},
    {"pygob.decoder", "pygob.encoder"},
    {"pygob.stream", "pygob._salvage.comparison", "pygob.salvaging", "pygob.editing"},
    {"pygob"},
    # chromem's files
    {"pygob.chromem.names", "pygob.chromem.durable", "pygob.chromem.vectors"},
    {"pygob.chromem.envelope", "pygob.chromem.entries"},
    {"pygob.chromem.records", "pygob.chromem.scanning"},
    {"pygob.chromem._outline", "pygob.chromem._export_reading", "pygob.chromem.building"},
    {"pygob.chromem._export_salvage"},
    {"pygob.chromem.export"},
    {"pygob.chromem.embeddings", "pygob.chromem.measuring"},
    {"pygob.chromem.collection"},
    {"pygob.chromem.store"},
    {"pygob.chromem"},
    {"pygob.command"},
    {"pygob.__main__"},
    # words, exit codes, files of chromemctl's own
    {
        "chromemctl.exits",
        "chromemctl.wording",
        "chromemctl.logs",
        "chromemctl.own_directories",
        "chromemctl.own_files",
    },
    {"chromemctl.console.pipes"},  # a pipe that closed, told from inside of processes that read
    {"chromemctl.console.crash"},
    {"chromemctl.naming"},
    # what is in a store; steps, and how they are carried out; what is kept elsewhere
    {"chromemctl.survey"},
    {"chromemctl.changes"},
    {"chromemctl.quarantine", "chromemctl.simulation"},
    {"chromemctl.backup"},
    # what is wrong, and which steps cure it
    {"chromemctl.identification"},
    {"chromemctl.checks"},
    {"chromemctl.judgement", "chromemctl.repair"},
    {"chromemctl.recovery", "chromemctl.exchange"},
    # what programs call
    {"chromemctl.starting", "chromemctl.inspection"},
    {"chromemctl"},
    {"chromemctl.watching"},
    {"chromemctl.integration"},
    # showing it
    {"chromemctl.console"},
    {"chromemctl.console.output"},
    {"chromemctl.commands"},
    {"chromemctl.cli"},
    {"chromemctl.console.running"},
    {"chromemctl.__main__"},
]

# A package and the only modules that may know it.
ONLY_IN = {
    "rich": {"pygob.command.colour", "chromemctl.console.render"},
    "zlib": {
        "pygob.chromem.envelope._deflate",
        "pygob.chromem.envelope.compression",
        "pygob.chromem.envelope.gzip_pieces",
    },
    "gzip": set(),
    "pygob.chromem.envelope._deflate": {"pygob.chromem.envelope.compression"},
    "cryptography": {"pygob.chromem.envelope.encryption"},
    "gohelper": set(),  # the judge of the tests, and no part of what is installed
    # Whoever looks at a store has no way to change it.
    "filelock": {"chromemctl.changes.lock"},
    "prometheus_client": {"chromemctl.watching.metrics", "chromemctl.commands.watch"},
    "watchfiles": {"chromemctl.watching.events"},
    "chromemctl.changes.fsops": {
        "chromemctl.backup.restoring",
        "chromemctl.changes.journal",
        "chromemctl.changes.runs",
        "chromemctl.simulation.sample",
        "chromemctl.changes.undoing",
        "chromemctl.commands.demo",
    },
}
# Third-party packages that pygob may load, inside a function and on request only, each an extra of its own.
OPTIONAL = {"cryptography", "numpy", "rich"}

# Two modules, for two promises. durable changes a store, the one safe way: temporary file beside, fsync, link
# or rename, fsync of the folder. In chromemctl fsops, which repeats nothing that is done, is its one caller;
# others may look through it. `copies` makes new directories, which are nobody's only copy, and may damage
# them for a drill; durable refuses just that.
# `lock` writes too, through filelock: a file in the temporary folder, where a directory cannot be locked.
# `backup.writing` adds to repositories and prunes them; `backup.trees` makes new directories like `copies`.
MAY_CHANGE_FILES = {
    "pygob.chromem.durable",
    "chromemctl.simulation.copies",
    "chromemctl.backup.writing",
    "chromemctl.backup.trees",
}
CALLS_DURABLE = {"chromemctl.changes.fsops", "chromemctl.own_files"}
DURABLE_LOOKS = {
    "Ownership",
    "is_deleted",
    "is_unfinished",
    "ownership_for",
    "ownership_of",
    "sync_directory",
}
# For those that write files of their own, by a descriptor that they have opened.
DURABLE_WRITING = {"write_all"}


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CHANGING = {
    "os": words(
        "chflags chmod chown copy_file_range fchmod fchown ftruncate lchflags lchmod lchown link makedirs"
        " mkdir mkfifo mknod posix_fallocate pwrite remove removedirs removexattr rename renames replace"
        " rmdir sendfile setxattr splice symlink truncate unlink utime write writev"
    ),
    "shutil": words(
        "chown copy copy2 copyfile copyfileobj copymode copystat copytree make_archive move rmtree"
    ),
    "tempfile": words(
        "NamedTemporaryFile SpooledTemporaryFile TemporaryDirectory TemporaryFile mkdtemp mkstemp mktemp"
    ),
}
# Methods of pathlib.Path; `replace` and `rename` are told from str.replace by their one argument.
CHANGING_METHODS = words(
    "chmod hardlink_to lchmod mkdir rename replace rmdir symlink_to touch unlink write_bytes write_text"
)
WRITE_MODES = frozenset("wax+")
WRITE_FLAGS = words("O_WRONLY O_RDWR O_CREAT O_TRUNC O_APPEND O_TMPFILE")


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name and its syntax tree."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]

    def at(self, node: ast.expr | ast.stmt) -> str:
        return f"{self.path.relative_to(ROOT)}:{node.lineno}"


def running(tree: ast.Module, *, into_functions: bool) -> set[ast.AST]:
    """The nodes that run (functions' bodies on request); what only a type checker reads does not."""
    found: set[ast.AST] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        found.add(node)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
        elif into_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return found


@cache
def modules() -> dict[str, Module]:
    """Every Python module of the project by dotted name."""
    found = {}
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            if "_build" in parts:
                continue  # what builds leave there is no source
            name = ".".join((package, *parts)).removesuffix(".__init__")
            found[name] = Module(name, path, ast.parse(path.read_bytes(), str(path)))
    return found


def belongs(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def imports(module: Module) -> Iterator[tuple[str, ast.stmt]]:
    """Every module that this one imports when it runs, inside functions too, relative names resolved."""
    for node in running(module.tree, into_functions=True):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom):
            parent = node.module or ""
            if node.level:
                above = module.package.split(".")[: 1 - node.level or None]
                parent = ".".join([*above, *([parent] if parent else [])])
            for alias in node.names:
                submodule = f"{parent}.{alias.name}"
                yield (submodule if submodule in modules() else parent), node


def project_imports(module: Module) -> Iterator[tuple[str, ast.stmt]]:
    return ((name, node) for name, node in imports(module) if name.split(".")[0] in PACKAGES)


def layer_of(name: str) -> int | None:
    """The layer of a module: its own, else that of the subpackage it lies in."""
    heights = {member: height for height, members in enumerate(LAYERS) for member in members}
    while name not in heights and name.count(".") > 1:
        name = name.rpartition(".")[0]
    return heights.get(name)


def modules_of(*packages: str) -> list[Module]:
    return [module for module in modules().values() if module.name.split(".")[0] in packages]


def call_in(line: str) -> ast.Call:
    call = ast.parse(line, mode="eval").body
    assert isinstance(call, ast.Call)
    return call


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if len(call.args) > position else None


def opens_for_writing(call: ast.Call) -> bool:
    """Whether this is an open that can write, or one whose mode the source does not show."""
    match ast.unparse(call.func).split("."):
        case ["open"] | ["io" | "gzip" | "bz2" | "lzma" | "codecs" | "builtins", "open"] | ["os", "fdopen"]:
            mode = argument(call, 1, "mode")
        case ["os", "open"]:
            flags = argument(call, 1, "flags")
            named = (
                {node.attr for node in ast.walk(flags) if isinstance(node, ast.Attribute)} if flags else set()
            )
            return not named or bool(named & WRITE_FLAGS)
        case [*_, "open"] if call.args or call.keywords:
            mode = argument(call, 0, "mode")
            if isinstance(mode, ast.Name):  # Path.open takes a mode; others (a browser) take something else
                return mode.id == "mode"
        case _:
            return False
    if mode is None:
        return False
    return not isinstance(mode, ast.Constant) or bool(WRITE_MODES & set(str(mode.value)))


def changes_files(call: ast.Call) -> bool:
    """Whether this call creates, moves, removes or changes something on a file system."""
    if not isinstance(call.func, ast.Attribute):
        return False
    owner, name = ast.unparse(call.func.value), call.func.attr
    if owner in CHANGING:
        return name in CHANGING[owner]
    if name in {"replace", "rename"}:
        return len(call.args) == 1 and not call.keywords
    return name in CHANGING_METHODS


class TestLayers:
    """Imports point down."""

    def test_sees_relative_and_late_imports_but_not_those_for_type_checkers(self) -> None:
        source = (
            "from . import store\n"
            "def f(): from ..errors import GobError\n"
            "if TYPE_CHECKING: import pygob.encoder\n"
            "from pygob import wire, loads\n"
        )
        module = Module("pygob.chromem.extra", ROOT / "pygob" / "chromem" / "extra.py", ast.parse(source))
        seen = {name for name, _ in imports(module)}
        assert seen == {"pygob.chromem.store", "pygob.errors", "pygob.wire", "pygob"}

    def test_a_module_lies_in_the_layer_of_its_subpackage_unless_it_has_its_own(self) -> None:
        assert layer_of("pygob.chromem.unheard_of") == layer_of("pygob.chromem")
        assert layer_of("pygob.chromem.names") != layer_of("pygob.chromem")
        assert layer_of("pygob.unheard_of") is None

    def test_every_module_has_a_layer(self) -> None:
        placeless = [m.name for m in modules_of("pygob", "chromemctl") if layer_of(m.name) is None]
        assert placeless == [], "say in LAYERS where these belong"

    def test_every_layer_names_real_modules(self) -> None:
        named = {name for members in LAYERS for name in members}
        assert sorted(named - set(modules())) == []

    def test_no_module_imports_a_layer_above(self) -> None:
        upward = [
            f"{module.at(node)}: {module.name} imports {target}"
            for module in modules_of("pygob", "chromemctl")
            for target, node in project_imports(module)
            if not belongs(target, "gohelper") and (layer_of(target) or 0) > (layer_of(module.name) or 0)
        ]
        assert upward == []

    def test_pygob_knows_nothing_of_the_tools_or_the_judge(self) -> None:
        known = [
            f"{module.at(node)}: {module.name} imports {target}"
            for module in modules_of("pygob")
            for target, node in project_imports(module)
            if not belongs(target, "pygob")
        ]
        assert known == []

    def test_the_judge_is_independent(self) -> None:
        """gohelper says what Go does, whatever pygob believes."""
        dependent = [
            f"{module.at(node)}: {module.name} imports {target}"
            for module in modules_of("gohelper")
            for target, node in project_imports(module)
            if not belongs(target, "gohelper")
        ]
        assert dependent == []

    @pytest.mark.parametrize("package", PACKAGES)
    def test_no_module_imports_itself_in_a_circle(self, package: str) -> None:
        graph = {
            module.name: {name for name, _ in project_imports(module) if name != module.name}
            for module in modules_of(package)
        }
        TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


class TestOnePlaceForEachSubject:
    """What only one module may know."""

    @pytest.mark.parametrize("subject", ONLY_IN)
    def test_only_its_own_modules_import(self, subject: str) -> None:
        trespassers = [
            f"{module.at(node)}: {module.name}"
            for module in modules_of("pygob", "chromemctl")
            for target, node in imports(module)
            if belongs(target, subject) and module.name not in ONLY_IN[subject]
        ]
        assert trespassers == []

    def test_pygob_needs_only_the_standard_library(self) -> None:
        foreign = [
            f"{module.at(node)}: {target}"
            for module in modules_of("pygob")
            for target, node in imports(module)
            if (top := target.split(".")[0]) not in sys.stdlib_module_names | PACKAGES.keys()
            and not (top in OPTIONAL and node not in running(module.tree, into_functions=False))
        ]
        assert foreign == []

    def test_the_source_of_names_is_a_pure_library(self) -> None:
        """Naming answers questions: it knows neither the commands nor how anything is shown or changed."""
        known = [
            f"{module.at(node)}: {target}"
            for module in modules_of("chromemctl")
            if belongs(module.name, "chromemctl.naming")
            for target, node in project_imports(module)
            if belongs(target, "chromemctl") and not belongs(target, "chromemctl.naming")
        ]
        assert known == []


class TestOnlyDurableChangesFiles:
    """Every other module of pygob and chromemctl leaves the file system as it is."""

    @pytest.mark.parametrize("changing", [opens_for_writing, changes_files])
    def test_no_other_module_changes_a_file(self, changing: Callable[[ast.Call], bool]) -> None:
        offences = [
            f"{module.at(node)}: {ast.unparse(node)[:80]}"
            for module in modules_of("pygob", "chromemctl")
            if module.name not in MAY_CHANGE_FILES
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Call) and changing(node)
        ]
        assert offences == []

    def test_in_chromemctl_only_fsops_calls_durable(self) -> None:
        callers = [
            f"{module.at(node)}: {alias.name}"
            for module in modules_of("chromemctl")
            if module.name not in CALLS_DURABLE
            for target, node in project_imports(module)
            if target == "pygob.chromem.durable"
            for alias in (node.names if isinstance(node, ast.Import | ast.ImportFrom) else [])
            if alias.name not in DURABLE_LOOKS
            and not (alias.name in DURABLE_WRITING and module.name in MAY_CHANGE_FILES)
        ]
        assert callers == []

    @pytest.mark.parametrize(
        "line",
        [
            "open(p, 'w')",
            "open(p, mode='r+b')",
            "open(p, mode)",
            "Path(p).open('xb')",
            "os.fdopen(fd, 'wb')",
            "os.open(p, os.O_RDWR | os.O_CLOEXEC)",
            "os.open(p, flags)",
            "io.open(p, 'a')",
            "gzip.open(p, 'wt')",
        ],
    )
    def test_sees_a_file_opened_for_writing(self, line: str) -> None:
        assert opens_for_writing(call_in(line))

    @pytest.mark.parametrize(
        "line",
        [
            "open(p)",
            "open(p, 'rb')",
            "p.open()",
            "os.open(p, os.O_RDONLY | os.O_NONBLOCK)",
            "os.open(name, dir_fd=fd, flags=os.O_RDONLY)",
            "webbrowser.open(url)",
        ],
    )
    def test_lets_reading_pass(self, line: str) -> None:
        assert not opens_for_writing(call_in(line))

    @pytest.mark.parametrize(
        "line",
        [
            "os.rename(a, b)",
            "shutil.rmtree(d)",
            "tempfile.mkstemp()",
            "p.unlink()",
            "p.replace(q)",
            "p.write_text(t)",
        ],
    )
    def test_sees_a_change(self, line: str) -> None:
        assert changes_files(call_in(line))

    @pytest.mark.parametrize(
        "line",
        [
            "os.stat(p)",
            "text.replace('a', 'b')",
            "dataclasses.replace(x, y=1)",
            "re.sub(a, b, c)",
            "os.scandir(p)",
        ],
    )
    def test_lets_looking_pass(self, line: str) -> None:
        assert not changes_files(call_in(line))
