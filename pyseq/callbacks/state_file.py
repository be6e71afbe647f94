"""Nested dicts, lists, numbers, texts and arrays in one file: a .npz whose member `structure` is JSON. Nothing is pickled."""

from __future__ import annotations

import json
import os

import numpy as np


def write_state(path, state):
    """Write a state so that whoever looks finds the old file or the new one, whole, whatever happens meanwhile."""
    arrays = {}
    structure = json.dumps(_packed(state, arrays))
    part = f"{path}.part"
    with open(part, "wb") as file:
        np.savez(file, structure=np.array(structure), **arrays)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def read_state(path):
    """The state that is in a file."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return _unpacked(json.loads(str(arrays.pop("structure"))), arrays)


def _packed(x, arrays):
    if isinstance(x, (np.ndarray, np.generic)):
        name = f"array_{len(arrays)}"
        arrays[name] = np.asarray(x)
        return {"scalar" if isinstance(x, np.generic) else "array": name}
    if isinstance(x, dict):
        return {"dict": [[_packed(k, arrays), _packed(v, arrays)] for k, v in x.items()]}
    if isinstance(x, tuple):
        return {"tuple": [_packed(v, arrays) for v in x]}
    if isinstance(x, list):
        return [_packed(v, arrays) for v in x]
    if x is None or isinstance(x, (bool, int, float, str)):
        return x
    raise TypeError(f"A state holds numbers, texts, arrays, dicts, lists and tuples of them. Received: {x!r}.")


def _unpacked(x, arrays):
    if isinstance(x, list):
        return [_unpacked(v, arrays) for v in x]
    if not isinstance(x, dict):
        return x
    ((kind, value),) = x.items()
    if kind == "dict":
        return {_unpacked(k, arrays): _unpacked(v, arrays) for k, v in value}
    if kind == "tuple":
        return tuple(_unpacked(v, arrays) for v in value)
    return arrays[value][()] if kind == "scalar" else arrays[value]
