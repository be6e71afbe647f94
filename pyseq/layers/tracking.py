"""What a layer finds in its own attributes: layers, variables and metrics, also inside lists, tuples and dicts.

Looking takes tens of microseconds, and training asks several times a step, so the answer is kept. It holds until an
attribute of any layer is set to something that could hold one (`structure_changed`), or a list or dict that was looked
into has other items.
"""

from __future__ import annotations

from pyseq.core import Variable

_version = 0
# How often a public attribute of any layer was set: plans of `model(x)` hold as long as this stays what it was.
settings = [0]
_CONTAINERS = (list, tuple, dict)


def structure_changed() -> None:
    """Forget every answer: some layer has a new attribute."""
    global _version
    _version += 1


def may_hold(x) -> bool:
    """Could x be or hold something that is tracked?"""
    return isinstance(x, (*_CONTAINERS, Variable)) or hasattr(x, "_tracking") or hasattr(x, "update_state")


class Tracked:
    """The layers, variables and metrics in one layer's attributes, each once, in the order of assignment."""

    __slots__ = ("version", "seen", "layers", "variables", "metrics")

    def __init__(self, layer, untracked):
        self.version = _version
        self.layers, self.variables, self.metrics, self.seen = [], [], [], []
        ids = set()
        stack = [v for k, v in reversed(layer.__dict__.items()) if k not in untracked and k != "_tracking"]
        while stack:
            x = stack.pop()
            if isinstance(x, _CONTAINERS):
                items = list(x.values()) if isinstance(x, dict) else list(x)
                if not isinstance(x, tuple):
                    self.seen.append((x, items))
                stack.extend(reversed(items))
            elif (kind := self._list_for(x)) is not None and id(x) not in ids:
                ids.add(id(x))
                kind.append(x)

    def _list_for(self, x):
        if isinstance(x, Variable):
            return self.variables
        if hasattr(x, "_tracking"):
            return self.layers
        return self.metrics if hasattr(x, "update_state") else None

    def holds(self) -> bool:
        """Is the answer still right?"""
        return self.version == _version and all(_same(x, items) for x, items in self.seen)


def _same(x, items) -> bool:
    now = x.values() if isinstance(x, dict) else x
    return len(x) == len(items) and all(a is b for a, b in zip(now, items, strict=True))
