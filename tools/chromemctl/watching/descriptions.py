"""The names of the metrics, and what each tells: what is exported, alerted on and documented."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Description(NamedTuple):
    """A metric of each store.

    Attributes:
        name: Its name.
        kind: `gauge` or `counter`.
        help: What it tells.
    """

    name: str
    kind: str
    help: str


UP = Description("vectorstore_up", "gauge", "1 when the last look at the store came to its end, else 0.")
TOTAL = Description("vectorstore_collections_total", "gauge", "Number of collections.")
HEALTHY = Description(
    "vectorstore_collections_healthy",
    "gauge",
    "Number of collections without errors, metadata and documents.",
)
CORRUPT = Description("vectorstore_collections_corrupt", "gauge", "Number of collections with errors.")
DOCUMENTS = Description("vectorstore_documents_total", "gauge", "Number of documents that can be read.")
OPENS = Description(
    "vectorstore_opens",
    "gauge",
    "1 when chromem-go would open the store if the application started now, else 0.",
)
REFUSALS = Description(
    "vectorstore_initialization_failures_total",
    "counter",
    "Number of checks after which chromem-go would have refused the store.",
)
FINDINGS = Description("vectorstore_findings", "gauge", "Number of findings by id and severity.")
IN_QUARANTINE = Description("vectorstore_quarantine_items", "gauge", "Number of things in the quarantine.")
SET_ASIDE = Description(
    "vectorstore_quarantined_total", "counter", "Number of files and folders moved to the quarantine so far."
)
RECOVERIES = Description(
    "vectorstore_recoveries_total", "counter", "Number of recoveries carried out in the store so far."
)
CHECKED = Description(
    "vectorstore_check_last_success_timestamp_seconds",
    "gauge",
    "When the last check that read every file of the store began, in seconds since 1970; 0 before the first.",
)
FAILURES = Description(
    "vectorstore_check_failures_total", "counter", "Number of checks that did not come to their end."
)
MENDING_FAILURES = Description(
    "vectorstore_auto_failures_total", "counter", "Number of times that --auto could not mend the store."
)
STORES = Description("vectorstore_watched_stores", "gauge", "Number of stores that are watched.")
INTERVAL = Description(
    "vectorstore_check_interval_seconds", "gauge", "Seconds from one check of every file to the next."
)
BUILD = Description("chromemctl_build_info", "gauge", "The version of chromemctl.")
DURATION = Description(
    "vectorstore_check_duration_seconds", "histogram", "How long checks took, by how much was read."
)

#: All metrics, in the order in which they are exported.
DESCRIPTIONS: Sequence[Description] = (
    UP, TOTAL, HEALTHY, CORRUPT, DOCUMENTS, OPENS, REFUSALS, FINDINGS, IN_QUARANTINE, SET_ASIDE, RECOVERIES,
    CHECKED, FAILURES, MENDING_FAILURES, STORES, INTERVAL, BUILD, DURATION,
)  # fmt: skip
