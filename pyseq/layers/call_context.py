"""What the layers inside a running call inherit from it: training or not, the name scope, which call it is."""

from __future__ import annotations

import threading
from itertools import count

from pyseq.core.name_scope import set_inner_names

_serials = count(1)


class CallContext(threading.local):
    """State of this thread's outermost layer call.

    Attributes:
        depth: layers entered and not left.
        training: the `training` of the nearest call that was given one; None: nobody said.
        serial: number of the outermost call; losses that a layer adds belong to it.
        names: names of the layers entered, for the names of weights.
    """

    def __init__(self):
        self.depth = 0
        self.training = None
        self.serial = 0
        self.names: list[str] = []

    def enter(self, name: str | None) -> None:
        if self.depth == 0:
            self.serial = next(_serials)
        self.depth += 1
        self.names.append(name)

    def state(self) -> tuple:
        """What `leave` brings back."""
        return self.depth, len(self.names), self.training

    def leave(self, depth: int, n_names: int, training) -> None:
        """As it was before `enter`, even if that was interrupted half way."""
        self.depth, self.training = depth, training
        del self.names[n_names:]


context = CallContext()
set_inner_names(lambda: context.names)
