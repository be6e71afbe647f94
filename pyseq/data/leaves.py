"""What users give as data, as NumPy arrays of numbers: lists, frames, tensors, and structures of them."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, Variable
from pyseq.core.structure import flatten
from pyseq.core.texts import as_texts, is_texts


def as_arrays(x, name: str):
    """The structure of `x` with a NumPy array of numbers for each leaf.

    A nested list of numbers is one array; a list or tuple of arrays is a structure of several.
    """
    if x is None:
        return None
    if isinstance(x, dict):
        return {k: as_arrays(v, name) for k, v in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[as_arrays(item, name) for item in x])
    if is_texts(x) and not isinstance(x, (str, bytes)) and name == "x":
        return as_texts(x)
    if isinstance(x, (list, tuple)) and any(is_array(item) for item in x):
        return type(x)([as_arrays(item, name) for item in x])
    if isinstance(x, Variable):
        x = x.value()
    if callable(x) and not hasattr(x, "__array__"):
        raise ValueError(
            f"Failed to find data adapter that can handle input: `{name}` of {type(x).__name__}. Call it: give what it returns."
        )
    if isinstance(x, (str, bytes)) or callable(getattr(x, "__next__", None)):
        raise ValueError(f"Failed to find data adapter that can handle input: `{name}` of {type(x).__name__}.")
    return numbers(x, name)


def is_array(x) -> bool:
    return isinstance(x, (np.ndarray, Tensor, Variable, dict)) or hasattr(x, "__array__") and not np.isscalar(x)


def _is_series(x) -> bool:
    """A pandas Series? (Known by its look: pandas is not imported for that.) As a column it is (N, 1)."""
    return hasattr(x, "to_frame") and hasattr(x, "to_numpy") and getattr(x, "ndim", 0) == 1


def numbers(x, name: str) -> np.ndarray:
    if hasattr(x, "toarray"):  # SciPy's sparse matrices
        raise ValueError(f"`{name}`: sparse matrices are not taken. Received: {type(x).__name__}. Pass x.toarray().")
    try:
        a = np.asarray(x)
        if _is_series(x):
            a = a.reshape(-1, 1)
    except ValueError as e:
        raise ValueError(f"`{name}`: the rows must all have the same length. {e}") from None
    if a.dtype.kind == "O":
        kind = type(a.flat[0]).__name__ if a.size else "object"
        if isinstance(x, (list, tuple)) and kind in ("list", "tuple"):  # NumPy before 1.24 only warns
            raise ValueError(f"`{name}`: the rows must all have the same length. Received: {kind}s of several lengths.")
        raise ValueError(
            f"`{name}`: Failed to convert a NumPy array to a Tensor (Unsupported object type {kind}). Received: "
            f"shape={a.shape}, dtype=object. Convert it to numbers first, e.g. x.astype('float32')."
        )
    if a.dtype.kind not in "fiub" or a.dtype.itemsize > 8:
        raise ValueError(
            f"`{name}` must hold numbers of at most 64 bits. Received: shape={a.shape}, dtype={a.dtype}. "
            "Convert it first, e.g. x.astype('float32')."
        )
    if a.ndim == 0:
        raise ValueError(f"`{name}` must have a batch axis. Received: a scalar, {a!r}. Use np.array([...]).")
    return a


def sizes(x) -> list[int]:
    return [a.shape[0] for a in flatten(x) if a is not None]


def check_cardinality(**structures) -> int:
    """The common number of samples.

    Raises:
        ValueError: they differ, or there are none.
    """
    if structures.get("x", 0) is None:
        raise ValueError("`x` must be data: an array, or a list or dict of arrays. Received: x=None.")
    found = {name: sizes(x) for name, x in structures.items() if x is not None}
    distinct = {n for group in found.values() for n in group}
    if len(distinct) > 1:
        lines = "".join(f"  {name} sizes: {', '.join(map(str, group))}\n" for name, group in found.items())
        raise ValueError(
            f"Data cardinality is ambiguous:\n{lines}Make sure all arrays contain the same number of samples."
        )
    if not distinct or distinct == {0}:
        raise ValueError(
            "Expected input data to be non-empty. Received: "
            + ", ".join(
                f"{name} with shape {a.shape}" for name, x in structures.items() if x is not None for a in flatten(x)
            )
        )
    return distinct.pop()
