"""Which arguments the `call` of a class takes."""

from __future__ import annotations

import functools
import inspect


class CallArguments:
    """Which of the arguments that layers pass on does `call` take?"""

    def __init__(self, cls):
        parameters = list(inspect.signature(cls.call).parameters.values())[1:]
        names = [p.name for p in parameters]
        self.any_keyword = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self.training = "training" in names or self.any_keyword
        self.takes_mask = "mask" in names or self.any_keyword
        self.mask_position = names.index("mask") - 1 if "mask" in names else len(names)
        self.training_position = names.index("training") - 1 if "training" in names else len(names)
        default = parameters[names.index("training")].default if "training" in names else None
        self.training_default = None if default is inspect.Parameter.empty else default
        self.first_name = names[0] if names else None

    def first(self, kwargs):
        """The inputs of a call, taken out of its keyword arguments."""
        if self.first_name not in kwargs:
            raise ValueError("The first argument to `Layer.call` must always be passed.")
        return kwargs.pop(self.first_name)


@functools.cache
def call_arguments(cls) -> CallArguments:
    return CallArguments(cls)
