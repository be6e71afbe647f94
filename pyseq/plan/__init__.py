"""Plans: functions traced once into instructions that run without Python."""

from pyseq.plan.function import Function, function
from pyseq.plan.plan import Plan

__all__ = ["Function", "Plan", "function"]
