"""Applications on chromem, as they behave: how they name a collection, and what its documents carry.

Written from the description of the applications' behaviour, so that the rules are judged by something other
than themselves.
"""

from __future__ import annotations

import hashlib
import random
import re
import string
from collections.abc import Callable, Mapping

#: The name of a collection, and the metadata of its documents.
Made = tuple[str, dict[str, str]]
Way = Callable[[random.Random], Made]


def folder_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]


# contextd, as it behaves

VALID = string.ascii_lowercase + string.digits + "_"
KINDS = ("memories", "checkpoints", "remediations", "sessions", "codebase")


def cut_to_64(text: str) -> str:
    if len(text) <= 64:
        return text
    head = text[:55]
    while head.endswith("_"):
        head = head[:-1]
    return head + "_" + hashlib.sha256(text.encode()).hexdigest()[:8]


def only_valid(text: str) -> str:
    lowered = "".join("i" if character == "\u0130" else character.lower() for character in text)
    return "".join(character if character in VALID else "_" for character in lowered)


def contextd_identifier(text: str) -> str:
    valid = only_valid(text)
    while "__" in valid:
        valid = valid.replace("__", "_")
    return cut_to_64(valid.strip("_")) or "default"


def contextd_name(text: str) -> str:
    return cut_to_64(only_valid(text)) or "default"


def contextd_conversation(text: str) -> str:
    lowered = text.replace("\u0130", "i").lower()
    kept = [
        "_" if character in "- _." else character
        for character in lowered
        if character in "- _." + string.ascii_lowercase + string.digits
    ]
    return "".join(kept) or "h_" + hashlib.sha256(text.encode()).hexdigest()[:32]


def last_component(path: str) -> str:
    return [part for part in path.split("/") if part][-1]


# random tenants, projects and paths

PIECES = (
    "api",
    "web",
    "Acme",
    "my-app",
    "data.store",
    "x",
    "42",
    "naïve",
    "Ω",
    "日本語",
    "İz",
    "a b",
    "tool's",
    "__",
    "-",
)
LONG = ("extraordinarily", "long", "component", "of-a-name", "2024", "service")


def a_name(rng: random.Random) -> str:
    words = rng.choices(PIECES, k=rng.randint(1, 3))
    if rng.random() < 0.2:
        words += rng.choices(LONG, k=8)
    return rng.choice("-_. /").join(words) if rng.random() < 0.1 else rng.choice("-_.").join(words)


def a_path(rng: random.Random) -> str:
    folders = rng.choices(("home", "ana", "src", "Users", "code", "go"), k=rng.randint(1, 4))
    return "/" + "/".join([*folders, a_name(rng).replace("/", "-")])


def unrelated(rng: random.Random) -> dict[str, str]:
    """What else documents carry."""
    return {
        "timestamp": str(rng.randrange(10**9)),
        "confidence": f"{rng.random():.3f}",
        "outcome": rng.choice(("success", "failure")),
        "branch": rng.choice(("main", "develop", "feature/x")),
    }


def project_collection(rng: random.Random) -> Made:
    project = a_name(rng)
    name = contextd_name(contextd_identifier(project) + "_" + rng.choice(KINDS))
    return name, {"project_id": project, "tenant_id": a_name(rng)}


def raw_project_collection(rng: random.Random) -> Made:
    project = a_name(rng)
    return f"{project}_{rng.choice(KINDS)}", {"project_id": project}


def tenant_project_collection(rng: random.Random) -> Made:
    tenant, project = a_name(rng), a_name(rng)
    name = cut_to_64(f"{contextd_identifier(tenant)}_{contextd_identifier(project)}_{rng.choice(KINDS)}")
    return name, {"tenant_id": tenant, "project_id": project}


def code_collection_from_files(rng: random.Random) -> Made:
    tenant, path = a_name(rng), a_path(rng)
    name = f"{contextd_identifier(tenant)}_{contextd_identifier(last_component(path))}_codebase"
    return name, {"tenant_id": tenant, "file_path": f"{path}/{rng.choice(('main.go', 'cmd/x/main.go'))}"}


def code_collection_from_project(rng: random.Random) -> Made:
    tenant, path = a_name(rng), a_path(rng)
    name = f"{contextd_identifier(tenant)}_{contextd_identifier(last_component(path))}_codebase"
    return name, {"tenant_id": tenant, "project_path": path}


def conversations(rng: random.Random) -> Made:
    tenant, path = a_name(rng), a_path(rng)
    name = f"{contextd_conversation(tenant)}_{contextd_conversation(last_component(path))}_conversations"
    return name, {"tenant_id": tenant, "project_path": path}


def conversations_without_path(rng: random.Random) -> Made:
    tenant, path = a_name(rng), a_path(rng)
    project = last_component(path)
    name = f"{contextd_conversation(tenant)}_{contextd_conversation(project)}_conversations"
    return name, {"tenant_id": tenant, "project_id": project, "session_id": str(rng.randrange(10**9))}


def collection_key(rng: random.Random) -> Made:
    name, _ = conversations(rng)
    return name, {"collection": name, "session_id": "s"}


def organisation_remediations(rng: random.Random) -> Made:
    tenant = contextd_identifier(a_name(rng))
    return f"remediations_org_{tenant}", {"tenant_id": tenant, "scope": "org"}


def team_remediations(rng: random.Random) -> Made:
    tenant, team = contextd_identifier(a_name(rng)), contextd_identifier(a_name(rng))
    return f"remediations_team_{tenant}_{team}", {"tenant_id": tenant, "team_id": team, "scope": "team"}


def project_remediations(rng: random.Random) -> Made:
    tenant, path = contextd_identifier(a_name(rng)), a_path(rng)
    name = f"remediations_project_{tenant}_{re.sub('[^A-Za-z0-9]', '_', path)}"
    return name, {"tenant_id": tenant, "project_path": path, "scope": "project"}


def team_collection(rng: random.Random) -> Made:
    team = contextd_identifier(a_name(rng))
    return f"{team}_{rng.choice(KINDS)}", {"team_id": team}


def team_project_collection(rng: random.Random) -> Made:
    team, project = contextd_identifier(a_name(rng)), contextd_identifier(a_name(rng))
    return f"{team}_{project}_{rng.choice(KINDS)}", {"team_id": team, "project_id": project}


# the other applications, as they behave


def knowledge_set(rng: random.Random) -> Made:
    name = a_name(rng)
    return name, {"dataset": name, "filename": "a.md", "absPath": "/data/a.md"}


def knowledge_set_by_folder(rng: random.Random) -> Made:
    path = a_path(rng)
    return last_component(path), {"filename": "a.md", "absPath": f"{path}/a.md"}


def local_recall(rng: random.Random) -> Made:
    name = a_name(rng)
    return name, {"type": "file", "source": f"/srv/{name.replace('/', '-')}/x.pdf", "collection": name}


def fnord_conversations(rng: random.Random) -> Made:
    box = a_name(rng)
    return f"conversations:{box}", {"box": box}


def fnord_files(rng: random.Random) -> Made:
    path = a_path(rng)
    return f"project_files:{path}", {"path": f"{path}/lib/{rng.choice(('a', 'b'))}.ex"}


def hashed_by_md5(rng: random.Random) -> Made:
    path = a_path(rng)
    return f"project_{hashlib.md5(path.encode()).hexdigest()}", {"file_path": f"{path}/src/main.rs"}


def hashed_by_sha256(rng: random.Random) -> Made:
    path = a_path(rng)
    return f"cs_{hashlib.sha256(path.encode()).hexdigest()[:16]}", {"project_path": path}


def code_of_repository(rng: random.Random) -> Made:
    project, repo = a_name(rng), a_name(rng)
    return f"code_{project}_{repo}", {"project": project, "repo": repo}


def space(rng: random.Random) -> Made:
    key = rng.choice(("space_id", "space"))
    value = f"{rng.getrandbits(64):016x}"
    return f"space_{value}", {key: value}


def experiences(rng: random.Random) -> Made:
    value = f"{rng.getrandbits(64):016x}"
    return f"experiences:{value}", {"agent_id": value}


def forum(rng: random.Random) -> Made:
    return "semdex", {"datagraph_kind": rng.choice(("thread", "node")), "datagraph_id": a_name(rng)}


def tools_of_servers(rng: random.Random) -> Made:
    return rng.choice(("backend_servers", "backend_tools")), {"server_id": a_name(rng), "object_type": "tool"}


APPLICATIONS: Mapping[str, tuple[Way, ...]] = {
    "contextd": (
        project_collection,
        raw_project_collection,
        tenant_project_collection,
        code_collection_from_files,
        code_collection_from_project,
        conversations,
        conversations_without_path,
        collection_key,
        organisation_remediations,
        team_remediations,
        project_remediations,
        team_collection,
        team_project_collection,
    ),
    "obot knowledge": (knowledge_set, knowledge_set_by_folder),
    "LocalRecall": (local_recall,),
    "fnord": (fnord_conversations, fnord_files),
    "code indexers": (hashed_by_md5, hashed_by_sha256, code_of_repository),
    "others": (space, experiences),
    "storyden": (forum,),
    "toolhive": (tools_of_servers,),
}
