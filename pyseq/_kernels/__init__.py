"""The built kernels: one folder per instruction set, one extension per family in it."""

from __future__ import annotations

import importlib
import os
from importlib.machinery import EXTENSION_SUFFIXES

ISAS = ("avx512", "avx2", "neon", "base")


def built() -> list[str]:
    """Instruction sets that this installation has kernels for, best first."""
    return [isa for isa in ISAS if isa in _folders()]


def _folders():
    return {entry.name for path in __path__ for entry in os.scandir(path) if entry.is_dir() and entry.name in ISAS}


def load(isa: str) -> dict[str, int]:
    """Name -> address of every kernel built for one instruction set."""
    package = importlib.import_module(f"{__name__}.{isa}")
    table: dict[str, int] = {}
    files = (file for path in package.__path__ for file in os.listdir(path) if file.endswith(tuple(EXTENSION_SUFFIXES)))
    for name in sorted({file.partition(".")[0] for file in files}):
        family = importlib.import_module(f"{package.__name__}.{name}").KERNELS
        twice = table.keys() & family.keys()
        if twice:
            raise ImportError(f"kernels: {sorted(twice)} of {name!r} are defined by another family, too.")
        table.update(family)
    return table
