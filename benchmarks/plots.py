"""Time against size, drawn: straight lines through the origin are linear growth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

mpl.rcParams["svg.hashsalt"] = "pygob"  # the same picture has the same bytes


def draw(
    path: Path, series: Mapping[str, Mapping[str, float]], *, across: str, unit: str, scale: float
) -> None:
    """Write a plot as PNG and SVG.

    Args:
        path: Where, without a suffix.
        series: Seconds by size, by name.
        across: What the size is.
        unit: The unit of time shown.
        scale: How many of that unit a second is.
    """
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for name, times in series.items():
        axes.plot(
            list(map(int, times)), [seconds * scale for seconds in times.values()], marker="o", label=name
        )
    axes.set(xlabel=across, ylabel=f"{unit} of processor time", xlim=(0, None), ylim=(0, None))
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    for suffix in ("png", "svg"):
        metadata = {"Date": None} if suffix == "svg" else None
        figure.savefig(path.with_suffix(f".{suffix}"), dpi=120, metadata=metadata)
