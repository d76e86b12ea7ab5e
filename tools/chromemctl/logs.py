"""What a run does, on stderr: as lines for people, or as JSON lines for collectors."""

from __future__ import annotations

import json
import logging
import time

logger = logging.getLogger("chromemctl")


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        return json.dumps(entry)


def configure(*, verbose: bool, as_json: bool) -> None:
    """Set up the log of one run: warnings always, what is being done with `verbose` or `as_json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonFormatter() if as_json else logging.Formatter("%(message)s"))
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(logging.INFO if verbose or as_json else logging.WARNING)


def speak_up() -> None:
    """Log what is being done in any case: for a service, whose log is all that it says."""
    logger.setLevel(logging.INFO)


def warning(message: str, **facts: str | int | float) -> None:
    """Log something that somebody should see, whatever the options.

    Args:
        message: For people.
        facts: For collectors.
    """
    logger.warning(message, extra={"facts": facts})


def event(message: str, **facts: str | int | float) -> None:
    """Log something that was done.

    Args:
        message: For people.
        facts: For collectors.
    """
    logger.info(message, extra={"facts": facts})
