"""Find the lost names of chromem collections, by evidence confirmed by hash.

A collection's folder is named by the first 4 bytes of SHA-256 of its name. When the metadata file is lost,
candidates are made from everything that survives, hashed and compared. The library prints nothing, writes
nothing and reads only what the caller names. `docs/naming.md` explains the sources, the confidence and the
rule files.

    found = identify(["e9f85bf6"], Evidence(documents={"e9f85bf6": [{"project_id": "api"}]}))
    found.folders[0].names[0].name
"""

from chromemctl.naming.identify import DEFAULT_MAX_CANDIDATES, identify
from chromemctl.naming.model import (
    Confidence,
    Environment,
    Evidence,
    FolderNames,
    FoundName,
    Fragment,
    Identification,
    NamingError,
    Progress,
    RuleError,
    SidecarName,
    Skipped,
    TornName,
)
from chromemctl.naming.rules import Application, load_applications
from chromemctl.naming.sources.environment import capture_environment
from chromemctl.naming.sources.registry import registries_beside
from chromemctl.naming.sources.texts import harvest

__all__ = [
    "DEFAULT_MAX_CANDIDATES",
    "Application",
    "Confidence",
    "Environment",
    "Evidence",
    "FolderNames",
    "FoundName",
    "Fragment",
    "Identification",
    "NamingError",
    "Progress",
    "RuleError",
    "SidecarName",
    "Skipped",
    "TornName",
    "capture_environment",
    "harvest",
    "identify",
    "load_applications",
    "registries_beside",
]
