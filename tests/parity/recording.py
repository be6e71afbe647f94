"""Recordings of tf.keras: arrays laid end to end in one .npz, and a .json that says what they are.

A JSON value `{"dtype": "float32", "at": 12, "shape": [3, 4]}` stands for an array: the elements from place 12 of member
`float32`. (One member a type instead of one an array: a small .npy in a zip is ten times its data.)
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

FIXTURES = Path(__file__).parent.parent / "fixtures"


class Recorder:
    """Collects arrays and facts, then writes `<name>.npz` and `<name>.json`."""

    def __init__(self):
        self.parts, self.sizes, self.seen = {}, {}, {}

    def keep(self, x):
        """The JSON value that stands for `x`: arrays are stored, once each; dicts and lists are gone through."""
        if isinstance(x, dict):
            return {k: self.keep(v) for k, v in x.items()}
        if isinstance(x, (list, tuple)):
            return [self.keep(v) for v in x]
        if hasattr(x, "numpy"):
            x = x.numpy()
        if not isinstance(x, (np.ndarray, np.generic)):
            return x
        x = np.asarray(x)
        dtype = x.dtype.name
        key = dtype, x.shape, x.tobytes()
        if key not in self.seen:
            at = self.sizes.get(dtype, 0)
            self.parts.setdefault(dtype, []).append(x.ravel())
            self.sizes[dtype] = at + x.size
            self.seen[key] = {"dtype": dtype, "at": at, "shape": list(x.shape)}
        return self.seen[key]

    def write(self, name, facts):
        facts = self.keep(facts)
        np.savez_compressed(FIXTURES / f"{name}.npz", **{k: np.concatenate(v) for k, v in self.parts.items()})
        (FIXTURES / f"{name}.json").write_text(compact_json(facts))


def compact_json(facts):
    """JSON with one line for each member of the top two levels, so that changes show in a diff."""
    lines = []
    for group, members in facts.items():
        rows = members.items() if isinstance(members, dict) else enumerate(members)
        named = isinstance(members, dict)
        body = ",\n".join(
            "  " + (json.dumps(k) + ": " if named else "") + json.dumps(v, separators=(",", ":")) for k, v in rows
        )
        left, right = "{}" if named else "[]"
        lines.append(f"{json.dumps(group)}: {left}\n{body}\n{right}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def recorded(name):
    """The facts of `<name>.json` with the arrays of `<name>.npz` in their places."""
    facts = json.loads((FIXTURES / f"{name}.json").read_text())
    path = FIXTURES / f"{name}.npz"
    stored = dict(np.load(path)) if path.exists() else {}

    def restored(x):
        if isinstance(x, dict):
            if set(x) == {"dtype", "at", "shape"}:
                size = int(np.prod(x["shape"], dtype="int64"))
                return stored[x["dtype"]][x["at"] : x["at"] + size].reshape(x["shape"])
            return {k: restored(v) for k, v in x.items()}
        return [restored(v) for v in x] if isinstance(x, list) else x

    return restored(facts)
