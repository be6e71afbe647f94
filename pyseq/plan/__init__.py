"""Plans: functions traced once into instructions that run without Python."""

from pyseq.plan.plan import Plan

__all__ = ["Plan"]
