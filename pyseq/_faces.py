"""Answers `import tensorflow` and `import keras` with pyseq.

    tensorflow                  -> pyseq.tf
    keras, tensorflow.keras     -> pyseq
    tensorflow.keras.layers     -> pyseq.layers: whatever module the attribute is

Nothing is copied: `tensorflow.keras.layers` *is* `pyseq.layers`. What pyseq does not have is an ImportError that says so.
"""

from __future__ import annotations

import importlib
import sys
import types
from importlib.machinery import ModuleSpec

ROOTS = {
    "tensorflow": "pyseq.tf",
    "tensorflow.keras": "pyseq",
    "tensorflow.python.keras": "pyseq",
    "tensorflow.compat.v2": "pyseq.tf",
    "keras": "pyseq",
    "keras.api": "pyseq",
    "tf_keras": "pyseq",
}
_ON_THE_WAY = ("tensorflow.python",)  # packages that hold nothing but the roots under them
# Modules of older Keras versions whose names now are in the module around them: keras.layers.core.Dense and the like.
_MERGED = {
    "layers": (
        "advanced_activations", "convolutional", "core", "embeddings", "local", "merge", "noise", "normalization",
        "pooling", "recurrent", "reshaping", "wrappers", "experimental.preprocessing",
    ),
    "preprocessing": ("image_dataset", "text_dataset", "timeseries"),
    "utils": (
        "all_utils", "data_utils", "dataset_utils", "generic_utils", "image_utils", "io_utils", "layer_utils", "np_utils",
        "vis_utils",
    ),
    "models": ("sequential", "functional"),
}  # fmt: skip


def install() -> None:
    """From now on, in this process, `tensorflow` and `keras` are pyseq. Calling it again does nothing.

    Raises:
        ImportError: the real TensorFlow or Keras has been imported already.
    """
    for name in ("tensorflow", "keras"):
        module = sys.modules.get(name)
        if module is not None and not module.__name__.startswith("pyseq"):
            raise ImportError(f"pyseq: {name} has been imported already; pyseq can only take its place before that.")
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Finds every module under ROOTS."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "keras", "tf_keras"):
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        sys.modules[module.__name__] = _resolve(module.__name__)


def _resolve(name: str) -> types.ModuleType:
    if name in _ON_THE_WAY:
        package = types.ModuleType(name, f"Holds {[root for root in ROOTS if root.startswith(name)]}.")
        package.__path__ = []
        return package
    root = max((r for r in ROOTS if name == r or name.startswith(r + ".")), key=len)
    module = importlib.import_module(ROOTS[root])
    rest = name[len(root) + 1 :]
    family, _, inner = rest.partition(".")
    if inner in _MERGED.get(family, ()) and isinstance(getattr(module, family, None), types.ModuleType):
        return getattr(module, family)
    for part in rest.split(".") if rest else ():
        found = getattr(module, part, None)
        if not isinstance(found, types.ModuleType):
            known = modules_of(module)
            near = nearest(part, known)
            raise ModuleNotFoundError(
                f"No module named {name!r}: {module.__name__}, which answers for {name.rpartition('.')[0]!r}, has "
                f"no {part!r}. {'Nearest' if near else 'It has'}: {', '.join(near or known) or 'nothing'}.",
                name=name,
            )
        module = found
    return module


def modules_of(module) -> list[str]:
    """Names of the public modules in a module."""
    return sorted(n for n in dir(module) if not n.startswith("_") and isinstance(getattr(module, n), types.ModuleType))


def missing(module_name: str, names, later=()):
    """A module's `__getattr__`: imports what `later` names when it is first used; for any other name it raises the
    AttributeError with the nearest of `names()`.

    Args:
        later: {name: "package.module"} or, for a name in a module, {name: "package.module:name"}.
    """

    def __getattr__(name):
        if name in later:
            place, _, attribute = later[name].partition(":")
            found = importlib.import_module(place)
            found = getattr(found, attribute) if attribute else found
            vars(sys.modules[module_name])[name] = found
            return found
        raise _NoAttribute(module_name, name, lambda: [*names(), *later])

    return __getattr__


class _NoAttribute(AttributeError):
    """What a module does not have, with the nearest that it has: looked for when somebody reads the message. `hasattr` does
    not, and neither does `from package import module`, which asks the package first: a millisecond each time.
    """

    def __init__(self, module, attribute, names):
        super().__init__(module, attribute)
        self._names = names

    def __str__(self):
        module, attribute = self.args
        near = [] if attribute.startswith("__") else nearest(attribute, self._names())
        return f"module {module!r} has no attribute {attribute!r}." + (f" Nearest: {', '.join(near)}." if near else "")

    def __reduce__(self):
        return AttributeError, (str(self),)


def nearest(name: str, names) -> list[str]:
    """Up to three of the names that are like this one."""
    import difflib  # a millisecond that a program without mistakes need not spend

    return difflib.get_close_matches(name, list(dict.fromkeys(n for n in names if not n.startswith("_"))), 3)
