"""Dimension: an extent that may be unknown, as programs of TensorFlow 1 have it (`shape.dims[0].value`)."""

from __future__ import annotations

import operator


def _value(x):
    return x.value if isinstance(x, Dimension) else None if x is None else operator.index(x)


class Dimension:
    """One extent of a shape.

    Arithmetic with an unknown extent gives an unknown one, and a comparison with one gives None.

    Attributes:
        value: int, or None if it is unknown.
    """

    __slots__ = ("value",)

    def __init__(self, value):
        value = _value(value)
        if value is not None and value < 0:
            raise ValueError(f"Dimension: `value` must be at least 0. Received: value={value}.")
        self.value = value

    def is_compatible_with(self, other):
        """May both be the same extent?"""
        return None in (self.value, _value(other)) or self.value == _value(other)

    def merge_with(self, other):
        """The Dimension with what either knows; ValueError if they contradict each other."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {Dimension(other)} are not compatible")
        return Dimension(_value(other) if self.value is None else self.value)

    def __index__(self):
        if self.value is None:
            raise TypeError("Dimension: the extent is not known.")
        return self.value

    __int__ = __index__

    def __str__(self):
        return "?" if self.value is None else str(self.value)

    def __repr__(self):
        return f"Dimension({self.value})"

    def __reduce__(self):
        return Dimension, (self.value,)


def _arithmetic(function, swapped=False):
    def method(self, other):
        try:
            a, b = self.value, _value(other)
        except TypeError:
            return NotImplemented
        return Dimension(None if a is None or b is None else function(b, a) if swapped else function(a, b))

    return method


def _comparison(function):
    def method(self, other):
        try:
            a, b = self.value, _value(other)
        except TypeError:
            return NotImplemented
        return None if a is None or b is None else function(a, b)

    return method


for _name in ("add", "sub", "mul", "floordiv", "mod"):
    setattr(Dimension, f"__{_name}__", _arithmetic(getattr(operator, _name)))
    setattr(Dimension, f"__r{_name}__", _arithmetic(getattr(operator, _name), swapped=True))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Dimension, f"__{_name}__", _comparison(getattr(operator, _name)))
Dimension.__hash__ = None
