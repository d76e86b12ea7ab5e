"""The C interface: one text for cffi, the same as the header Go generates."""

from __future__ import annotations

import re

import pytest

from gohelper.build import HEADER, build_library
from gohelper.library import CDEF


def declarations(text: str) -> list[str]:
    """Function declarations, one space between words."""
    found = re.findall(r"^(?:extern )?(\w+\*? \w+\([^)]*\));", text, re.MULTILINE)
    return [re.sub(r"\s+", " ", declaration) for declaration in found]


@pytest.mark.usefixtures("go")
def test_cffi_reads_what_the_generated_header_declares() -> None:
    generated = (build_library().parent / HEADER).read_text()
    header = generated.split("End of boilerplate cgo prologue.")[1]
    assert declarations(CDEF) == declarations(header)
    assert [declaration.split("(")[0] for declaration in declarations(CDEF)] == [
        "int32_t GobCall",
        "void GobFree",
    ]
