"""What a layer finds in its own attributes: layers, modules, variables and metrics, also inside lists, tuples and dicts.

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


def _items(x):
    """What is in a container; of a dict, the values in the order of the keys, as tf.keras goes through them."""
    if not isinstance(x, dict):
        return list(x)
    try:
        return [x[k] for k in sorted(x)]
    except TypeError:  # keys of several kinds
        return list(x.values())


def found_in(things, seen=None):
    """Everything in `things` and in the containers among them, in order, each object once.

    Args:
        seen: a list to which (container, its items) is appended for each container that can change.
    """
    found, ids = [], set()
    stack = list(reversed(things))
    while stack:
        x = stack.pop()
        if isinstance(x, _CONTAINERS):
            if isinstance(x, tuple):
                stack.extend(reversed(x))
            elif id(x) not in ids:  # a list may be in itself
                ids.add(id(x))
                if seen is not None:
                    seen.append((x, list(x.values()) if isinstance(x, dict) else list(x)))
                stack.extend(reversed(_items(x)))
        elif id(x) not in ids:
            ids.add(id(x))
            found.append(x)
    return found


def merged(made, found):
    """The variables of both lists: those made keep their order, and one that was only found goes before the next that was both."""
    known = {id(v) for v in made}
    waiting, ordered, done = iter(made), [], set()
    for v in found:
        if id(v) not in known:
            ordered.append(v)
        while id(v) in known and id(v) not in done:
            ordered.append(next(waiting))
            done.add(id(ordered[-1]))
    return [*ordered, *waiting]


class Tracked:
    """What there is in one layer's attributes, each thing once, in the order of assignment.

    Attributes:
        layers, variables, metrics: of that kind. modules: those that are no layers.
        parts: all that has variables of its own: layers, modules and metrics.
    """

    __slots__ = ("version", "seen", "layers", "modules", "variables", "metrics", "parts")

    def __init__(self, layer, untracked):
        self.version = _version
        self.layers, self.modules, self.variables, self.metrics, self.seen, self.parts = [], [], [], [], [], []
        attributes = [v for k, v in layer.__dict__.items() if k not in untracked and k != "_tracking"]
        for x in found_in(attributes, self.seen):
            if isinstance(x, Variable):
                self.variables.append(x)
            elif x is layer:
                continue
            elif hasattr(x, "_tracking"):
                (self.layers if x._is_layer else self.modules).append(x)
                self.parts.append(x)
            elif hasattr(x, "update_state"):
                self.metrics.append(x)
                self.parts.append(x)

    def holds(self) -> bool:
        """Is the answer still right?"""
        return self.version == _version and all(_same(x, items) for x, items in self.seen)


def _same(x, items) -> bool:
    now = x.values() if isinstance(x, dict) else x
    return len(x) == len(items) and all(a is b for a, b in zip(now, items, strict=True))
