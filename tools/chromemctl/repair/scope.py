"""What of a store is to be repaired."""

from __future__ import annotations

from dataclasses import dataclass

from chromemctl.checks.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a store is to be repaired.

    Attributes:
        folders: Names of collection folders; all when None.
        findings: Ids of findings; all when None.
        left: Ids of findings that are repaired only where they are errors.
    """

    folders: frozenset[str] | None = None
    findings: frozenset[str] | None = None
    left: frozenset[str] = frozenset()

    def covers(self, finding: Finding) -> bool:
        """Whether what a finding is about is to be repaired."""
        is_left = finding.severity != Severity.ERROR and self.leaves(finding.id)
        return not is_left and self.wants(finding.id, finding.dir)

    def wants(self, finding: str, folder: str | None) -> bool:
        """Whether a finding in a folder, or about the store as a whole, is to be cured."""
        return (self.folders is None or folder in self.folders) and (
            self.findings is None or finding in self.findings
        )

    def leaves(self, finding: str) -> bool:
        """Whether what is no error is left to a person, of this kind of finding."""
        return finding in self.left


#: Everything.
WHOLE = Scope()
