"""tf.Module: an object that knows the variables in its attributes."""

from __future__ import annotations

import functools
import re

from pyseq.core import Variable
from pyseq.layers.base import Layer
from pyseq.layers.naming import snake_case
from pyseq.tf.scopes import name_scope


class Module:
    """Base class that finds the variables and modules in its attributes, in lists, tuples and dicts of them, and in theirs.

    Args:
        name: a Python identifier; by default the class's name in snake case.
    Source: tf.Module. Layers and models are found as modules are; they bring their own `variables`.
    """

    def __init__(self, name=None):
        if name is None:
            name = snake_case(type(self).__name__)
        if not re.match(r"^[a-zA-Z_]\w*$", str(name)):
            raise ValueError(f"Module: `name` must be a Python identifier. Received: name={name!r}.")
        self._name = name
        self._name_scope = name_scope(name)

    @property
    def name(self):
        return self._name

    @property
    def name_scope(self):
        return self._name_scope

    @property
    def variables(self):
        """Tuple of all variables: this object's by attribute name, then those of the modules in it."""
        return tuple(_variables_of(self))

    @property
    def trainable_variables(self):
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self):
        return tuple(v for v in self.variables if not v.trainable)

    @property
    def submodules(self):
        """Tuple of all modules, layers and models in it, at any depth."""
        found, queue = [], _members(self)
        while queue:
            x = queue.pop(0)
            if _is_module(x) and all(x is not y for y in found) and x is not self:
                found.append(x)
                queue += _members(x)
        return tuple(found)

    @classmethod
    def with_name_scope(cls, method):
        """The method, run in the module's name scope."""

        @functools.wraps(method)
        def scoped(self, *args, **kwargs):
            with self.name_scope:
                return method(self, *args, **kwargs)

        return scoped


def _is_module(x):
    return isinstance(x, (Module, Layer))


def _members(module):
    """Variables and modules in the attributes, by attribute name."""
    if isinstance(module, Layer):
        return list(getattr(module, "layers", ()))
    return [leaf for key in sorted(vars(module)) if not key.startswith("_name") for leaf in _leaves(vars(module)[key])]


def _leaves(x):
    if isinstance(x, Variable) or _is_module(x):
        return [x]
    if isinstance(x, dict):
        return [leaf for k in sorted(x, key=str) for leaf in _leaves(x[k])]
    if isinstance(x, (list, tuple)):
        return [leaf for item in x for leaf in _leaves(item)]
    return []


def _variables_of(module):
    """Breadth first, each once."""
    found, seen, queue = [], {id(module)}, [module]
    while queue:
        x = queue.pop(0)
        members = list(x.variables) if isinstance(x, Layer) else _members(x)
        for leaf in members:
            if id(leaf) in seen:
                continue
            seen.add(id(leaf))
            if isinstance(leaf, Variable):
                found.append(leaf)
            else:
                queue.append(leaf)
    return found
