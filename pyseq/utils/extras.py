"""Packages that only some functions need, imported when those are called."""

from __future__ import annotations

import importlib

EXTRAS = {"PIL": ("Pillow", "image"), "scipy": ("SciPy", "image"), "sklearn": ("scikit-learn", "sklearn")}


def needed(module: str, who: str):
    """The module, imported.

    Args:
        module: such as "PIL.Image"; its package is one of EXTRAS.
        who: the function or class that needs it, as the user calls it.
    Raises:
        ImportError: the package is not installed; the message says how to install it.
    """
    package, extra = EXTRAS[module.partition(".")[0]]
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{who}: needs the package {package}. Install it: pip install 'pyseq[{extra}]'. ({error})"
        ) from None
