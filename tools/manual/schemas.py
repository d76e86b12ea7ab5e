"""JSON Schema, and a page to read, of shapes that are written as `TypedDict`s with a word on each key."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS: dict[Any, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}

Schema = dict[str, Any]


@dataclass(frozen=True)
class PathText:
    """Says of a key that it is a path; where that is not UTF-8, KEY_b64 has its bytes in base64."""

    about: str


def schema(title: str, roots: Mapping[str, tuple[type, ...]], *, strict: bool = False) -> Schema:
    """The JSON Schema of reports.

    Args:
        title: What it is for.
        roots: The shapes that the reports of each command may have.
        strict: Whether other keys are refused; what is published allows them, as new versions may add some.
    """
    shapes = dict.fromkeys(shape for each in roots.values() for shape in each)
    return {
        "$schema": DIALECT,
        "title": title,
        "anyOf": [_reference(shape) for shape in shapes],
        "$defs": {shape.__name__: _object(shape, strict=strict) for shape in _reachable(shapes)},
    }


def page(programs: Mapping[str, Mapping[str, tuple[type, ...]]], introduction: str) -> str:
    """A page with a table for each shape."""
    lines = ["# What `--json` writes", "", introduction]
    told: set[type] = set()
    for program, roots in programs.items():
        lines += ["", f"## {program}", "", "| command | writes |", "|---|---|"]
        for command, shapes in roots.items():
            lines.append(f"| `{program} {command}` | {', '.join(map(_link, shapes))} |")
        for shape in _reachable(dict.fromkeys(shape for each in roots.values() for shape in each)):
            if shape not in told:
                told.add(shape)
                lines += _table(shape)
    return "\n".join(lines) + "\n"


def _reachable(roots: Mapping[type, None]) -> list[type]:
    found: dict[type, None] = {}
    pending = list(roots)[::-1]
    while pending:
        shape = pending.pop()
        if shape not in found:
            found[shape] = None
            pending.extend([each for key in _keys(shape) for each in _shapes_in(key.form)][::-1])
    return list(found)


def _shapes_in(form: Any) -> Iterator[type]:
    if is_typeddict(form):
        yield form
    for inside in get_args(form) if get_origin(form) is not Literal else ():
        yield from _shapes_in(inside)


@dataclass(frozen=True)
class _Key:
    name: str
    form: Any
    about: str
    is_required: bool


def _keys(shape: type) -> Iterator[_Key]:
    for name, hint in get_type_hints(shape, include_extras=True).items():
        is_required, about, is_path = True, "", False
        while get_origin(hint) in (NotRequired, Required, Annotated):
            if get_origin(hint) is Annotated:
                for said in hint.__metadata__:
                    is_path = is_path or isinstance(said, PathText)
                    about = about or (said.about if isinstance(said, PathText) else str(said))
                hint = hint.__origin__
            else:
                is_required = get_origin(hint) is Required
                [hint] = get_args(hint)
        yield _Key(name, hint, about, is_required)
        if is_path:
            about = f"base64 of the bytes of `{name}`, where they are not UTF-8"
            yield _Key(f"{name}_b64", str, about, is_required=False)


def _object(shape: type, *, strict: bool) -> Schema:
    keys = list(_keys(shape))
    properties: Schema = {}
    for key in keys:
        properties[key.name] = ({"description": key.about} if key.about else {}) | _form(key.form)
    result: Schema = {
        "description": inspect.cleandoc(shape.__doc__ or ""),
        "type": "object",
        "properties": properties,
        "required": [key.name for key in keys if key.is_required],
    }
    return result | ({"additionalProperties": False} if strict else {})


def _form(form: Any) -> Schema:
    """A type as JSON Schema."""
    origin, inside = get_origin(form), get_args(form)
    if form is Any:
        return {}
    if form in _SCALARS:
        return {"type": _SCALARS[form]}
    if is_typeddict(form):
        return _reference(form)
    if origin is Annotated:
        return _form(inside[0])
    if origin is Literal:
        return {"enum": list(inside)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_form(each) for each in inside]}
    if origin is list:
        return {"type": "array", "items": _form(inside[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _form(inside[1])}
    raise TypeError(f"{form} is no shape of JSON")


def _reference(shape: type) -> Schema:
    return {"$ref": f"#/$defs/{shape.__name__}"}


def _table(shape: type) -> Iterator[str]:
    yield from ("", f"### {shape.__name__}", "", inspect.cleandoc(shape.__doc__ or ""), "")
    yield from ("| key | value | |", "|---|---|---|")
    for key in _keys(shape):
        name = f"`{key.name}`" if key.is_required else f"`{key.name}`, not always"
        yield f"| {name} | {_words(key.form)} | {key.about} |".replace("  ", " ")


def _words(form: Any) -> str:
    """A type in words."""
    origin, inside = get_origin(form), get_args(form)
    if form is Any:
        return "anything"
    if form in _SCALARS:
        return {"null": "`null`", "boolean": "true or false"}.get(_SCALARS[form], _SCALARS[form])
    if is_typeddict(form):
        return _link(form)
    if origin is Annotated:
        return _words(inside[0])
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in inside)
    if origin in (Union, types.UnionType):
        return " or ".join(map(_words, inside))
    if origin is list:
        return f"list of {_words(inside[0])}"
    return f"object of {_words(inside[1])}"


def _link(shape: type) -> str:
    return f"[{shape.__name__}](#{shape.__name__.lower()})"
