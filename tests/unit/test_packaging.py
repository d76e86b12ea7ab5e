"""What `import pygob` loads, and what is in the wheel that people install."""

import inspect
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

import pygob

ROOT = Path(__file__).parents[2]
SOURCES = {"pygob": ROOT / "pygob", "chromemctl": ROOT / "tools" / "chromemctl"}
EXTRAS = {"all", "crypto", "numpy", "tools", "watch"}

# Dear to load, and needed by single functions or by pygob.chromem only.
COSTLY = """
    asyncio concurrent ctypes decimal email fractions gzip hashlib html http ipaddress json logging
    multiprocessing pathlib random shutil socket sqlite3 ssl subprocess tempfile unittest urllib uuid xml
    zipfile zlib
"""

# All of the standard library that reading and writing values asks for.
STANDARD = """
    __future__ array collections.abc dataclasses errno functools importlib io itertools math operator
    re struct sys threading typing
"""
# What reads and writes values needs none of these.
LATER = """
    _destination _kernels.lockstep _reading.payloads _salvage binding._annotations binding.go_types chromem
    command editing inspection marshalers salvaging
"""
READ = "import pygob; pygob.loads(bytes.fromhex('03040006'))"
WRITE = "import pygob; pygob.dumps(3)"
BOTH = f"{READ}; {WRITE}; pygob.Stream"


def python(*arguments: str, cwd: Path = ROOT, path: Path | None = None) -> str:
    """The output of a Python process that must succeed; `path` is where it finds modules first."""
    environment = {"PYTHONPATH": str(path)} if path else {}
    process = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def added_by(statement: str) -> set[str]:
    """The modules that a statement loads in a fresh process."""
    script = f"import sys; old = set(sys.modules); {statement}; print(*(set(sys.modules) - old))"
    return set(python("-c", script).split())


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    return added_by(BOTH)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    [path] = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    return Parser().parsestr(wheel.read(f"pygob-{pygob.__version__}.dist-info/METADATA").decode())


class TestImport:
    """Importing pygob costs next to nothing, using it little, and both need nothing but Python."""

    def test_it_loads_nothing_of_its_own(self) -> None:
        assert added_by("import pygob") - added_by("import importlib, __future__") == {
            "pygob",
            "pygob._loading",
        }

    def test_its_use_loads_the_standard_library_only(self, loaded: set[str]) -> None:
        everything = {name.split(".")[0] for name in added_by("from pygob import *")}
        assert everything - sys.stdlib_module_names == {"pygob"}
        assert {name.split(".")[0] for name in loaded} <= everything

    def test_its_use_loads_nothing_costly(self, loaded: set[str]) -> None:
        assert {name.split(".")[0] for name in loaded} & set(COSTLY.split()) == set()

    def test_of_the_standard_library_its_use_loads_what_is_named_here(self, loaded: set[str]) -> None:
        """Time is not measured, since it varies; the modules are what it is spent on."""
        named = added_by(f"import {', '.join(STANDARD.split())}")
        assert {name for name in loaded - named if not name.startswith("pygob")} == set()

    def test_of_its_own_its_use_loads_what_reads_and_writes_values(self, loaded: set[str]) -> None:
        kept_for_later = tuple(f"pygob.{name}" for name in LATER.split())
        assert {name for name in loaded if name.startswith(kept_for_later)} == set()

    def test_who_reads_does_not_load_what_writes(self, loaded: set[str]) -> None:
        writing = {name for name in loaded - added_by(READ) if name.startswith("pygob.")}
        assert {"pygob.encoder", "pygob.typeids", "pygob.stream", "pygob._writing.plan"} <= writing

    def test_every_public_name_is_there_however_it_is_asked_for(self) -> None:
        script = (
            "import pygob; names = set(pygob.__all__); assert names <= set(dir(pygob)); "
            "each = {name: getattr(pygob, name) for name in names}; "
            "from pygob import *; import pygob.salvaging; "
            "print({name for name in names if globals()[name] is not each[name]}, "
            "pygob.types.INT is types.INT, salvage(dumps(5)).values[0].value)"
        )
        assert python("-c", script).split() == ["set()", "True", "5"]

    def test_who_reads_a_record_of_chromem_loads_neither_stores_nor_exports(self) -> None:
        loaded = added_by("from pygob.chromem import read_metadata")
        assert "pygob.chromem.records" in loaded
        assert loaded.isdisjoint(
            f"pygob.chromem.{name}" for name in ("export", "store", "building", "embeddings")
        )

    def test_every_name_of_chromem_is_there(self) -> None:
        script = (
            "from pygob import chromem; names = set(chromem.__all__); assert names <= set(dir(chromem)); "
            "print(all(getattr(chromem, name).__name__ == name for name in names))"
        )
        assert python("-c", script).split() == ["True"]

    def test_another_name_is_not_and_type_checkers_know_it(self) -> None:
        with pytest.raises(AttributeError, match="module 'pygob' has no attribute 'salvag'"):
            pygob.salvag  # type: ignore[attr-defined]  # noqa: B018


class TestWheel:
    """The wheel holds the two packages, whole, and nothing of the workshop."""

    def test_it_holds_every_source_and_data_file_and_no_other(self, wheel: zipfile.ZipFile) -> None:
        expected = {
            f"{package}/{path.relative_to(folder).as_posix()}"
            for package, folder in SOURCES.items()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert {name for name in wheel.namelist() if ".dist-info/" not in name} == expected

    @pytest.mark.parametrize("package", SOURCES)
    def test_it_is_typed(self, wheel: zipfile.ZipFile, package: str) -> None:
        assert f"{package}/py.typed" in wheel.namelist()

    def test_it_holds_the_naming_rules(self, wheel: zipfile.ZipFile) -> None:
        assert "chromemctl/naming/applications/contextd.toml" in wheel.namelist()

    def test_it_requires_nothing_unless_an_extra_is_asked_for(self, metadata: Message) -> None:
        requirements = metadata.get_all("Requires-Dist", [])
        assert [line for line in requirements if "extra ==" not in line] == []
        assert set(metadata.get_all("Provides-Extra", [])) == EXTRAS

    def test_its_facts_are_right(self, metadata: Message) -> None:
        assert metadata["Version"] == pygob.__version__
        assert metadata["Requires-Python"] == ">=3.11"
        assert metadata["License-Expression"] == "MIT"

    def test_it_installs_the_command(self, wheel: zipfile.ZipFile) -> None:
        entry_points = wheel.read(f"pygob-{pygob.__version__}.dist-info/entry_points.txt").decode()
        assert "chromemctl = chromemctl.__main__:main" in entry_points

    def test_the_codec_runs_from_it_without_any_other_package(
        self, wheel: zipfile.ZipFile, tmp_path: Path
    ) -> None:
        """`-S` leaves out site-packages, so nothing but the wheel and the standard library is there."""
        wheel.extractall(tmp_path)
        script = "import pygob, pygob.chromem; print(pygob.__file__, pygob.loads(pygob.dumps('hello')))"
        found, value = python("-S", "-c", script, cwd=tmp_path, path=tmp_path).split()
        assert Path(found).is_relative_to(tmp_path)
        assert value == "hello"


def test_no_module_takes_the_name_of_something_public() -> None:
    """Importing `pygob.dump`, if there were one, would put the module in the place of the function."""
    modules = {path.stem for path in (ROOT / "pygob").iterdir() if path.suffix == ".py" or path.is_dir()}
    functions = {name for name in pygob.__all__ if not inspect.ismodule(getattr(pygob, name))}
    assert modules & functions == set()
