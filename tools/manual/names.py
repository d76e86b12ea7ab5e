"""The reference of Python names, from signatures and docstrings."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pygob

SECTIONS = ("Args:", "Returns:", "Yields:", "Raises:", "Attributes:")
WIDTH = 100
LONGEST_DEFAULT = 40


def page(title: str, introduction: str, modules: list[types.ModuleType]) -> str:
    """One page for modules, each with the names it publishes in `__all__`."""
    lines = [f"# {title}", "", introduction]
    for module in modules:
        lines += ["", f"## {module.__name__}", "", *_text(module.__doc__ or "")]
        for name in sorted(module.__all__, key=str.lower):
            published = getattr(module, name)
            if not isinstance(published, types.ModuleType):
                lines += _name(name, published)
    return "\n".join(lines) + "\n"


def _name(name: str, published: Any) -> Iterator[str]:
    yield from ["", f"### {name}"]
    if inspect.isclass(published):
        yield from _class(name, published)
    elif callable(published):
        yield from ["", "```text", *_signature(name, published), "```", "", *_text(published.__doc__ or "")]
    else:
        yield from ["", f"A `{type(published).__name__}`."]


def _class(name: str, cls: type) -> Iterator[str]:
    if not issubclass(cls, Exception | Enum) and "__init__" in _own(cls) | _own(cls.__mro__[1]):
        yield from ["", "```text", *_signature(name, cls), "```"]
    yield from ["", *_text(cls.__doc__ or "")]
    for member, value in vars(cls).items():
        if member.startswith("_") or not (value.__doc__ or "").strip():
            continue
        if isinstance(value, property):
            yield from ["", f"**`{name}.{member}`**: {_first(value.__doc__)}"]
        elif isinstance(value, classmethod | staticmethod) or inspect.isfunction(value):
            function = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            hides_first = not isinstance(value, staticmethod)
            signature = _signature(f"{name}.{member}", function, hides_first=hides_first)
            yield from ["", "```text", *signature, "```", "", *_text(function.__doc__ or "")]


def _own(cls: type) -> set[str]:
    return set(vars(cls)) if cls is not object else set()


def _signature(name: str, function: Any, *, hides_first: bool = False) -> list[str]:
    """A signature in one line, or a line for each parameter where that is too long."""
    signature = inspect.signature(function)
    parameters = [*map(_with_short_default, signature.parameters.values())][1 if hides_first else 0 :]
    shown = signature.replace(parameters=parameters)
    text = name + _plain(str(shown))
    if len(text) <= WIDTH:
        return [text]
    pieces: list[str] = []
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and "*," not in pieces:
            pieces.append("*,")
        pieces.append(_plain(str(parameter)) + ",")
    returns = "" if shown.return_annotation is shown.empty else f" -> {_plain(str(shown.return_annotation))}"
    return [f"{name}(", *(f"    {piece}" for piece in pieces), f"){returns}"]


class _Words:
    """A default that is shown in other words than its own."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __repr__(self) -> str:
        return self._words


def _with_short_default(parameter: inspect.Parameter) -> inspect.Parameter:
    default = parameter.default
    if isinstance(default, pygob.Limits):
        return parameter.replace(default=_Words("Limits()"))
    if default is not parameter.empty and len(repr(default)) > LONGEST_DEFAULT:
        return parameter.replace(default=_Words("..."))
    return parameter


def _plain(text: str) -> str:
    """A signature without the quotes of annotations."""
    text = re.sub(r"(?<=: )'([^']*)'|(?<=-> )'([^']*)'", lambda match: match[1] or match[2] or "", text)
    return text[1:-1] if re.fullmatch(r"'[^']*'", text) else text


def _first(docstring: str | None) -> str:
    return " ".join(inspect.cleandoc(docstring or "").split("\n\n")[0].split())


def _text(docstring: str) -> Iterator[str]:
    """A docstring in Google's style as Markdown: its sections become lists."""
    section = False
    for line in inspect.cleandoc(docstring).splitlines():
        if line in SECTIONS:
            section = True
            yield from [f"**{line.removesuffix(':')}**", ""]
        elif section and re.match(r"    \S", line):
            item = line.strip()
            named, colon, rest = item.partition(": ")
            yield f"- `{named}`: {rest}" if colon and "`" not in named else f"- {item}"
        elif section and line.startswith("        "):
            yield f"  {line.strip()}"
        else:
            section = section and not line.strip()
            yield line
