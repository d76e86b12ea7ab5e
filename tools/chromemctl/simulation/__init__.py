"""Damages for drills: what happens to stores, done to a copy on purpose."""

from chromemctl.simulation.damages import Damage, NotApplicable, Target, damages

__all__ = ["Damage", "NotApplicable", "Target", "damages"]
