"""Module: an object whose variables are found by themselves; what Layer and `tf.Module` have in common."""

from __future__ import annotations

import functools
from collections import deque

from pyseq.core import Variable
from pyseq.core.name_scope import name_scope
from pyseq.layers.naming import snake_case
from pyseq.layers.tracking import found_in, may_hold, structure_changed


class Module:
    """Something with variables, in attributes or in modules, lists, tuples and dicts in attributes.

    Args:
        name: a Python name; made from the class name by default.
    Example:
        >>> class Scale(Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = Variable(2.0)
        >>> len(Scale().trainable_variables)
        1
    Source: tf.Module.
    """

    _tracking = None
    _is_layer = False

    def __init__(self, name=None):
        name = snake_case(type(self).__name__) if name is None else name
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(f"{name!r} is not a valid module name. Module names must be valid Python identifiers.")
        self.name = name

    def __setattr__(self, name, value):
        if may_hold(value) or may_hold(self.__dict__.get(name)):
            structure_changed()
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        structure_changed()
        object.__delattr__(self, name)

    def _attributes(self):
        return [v for k, v in sorted(self.__dict__.items()) if k != "_tracking"]

    @property
    def variables(self):
        """The variables of this module, by the names of its attributes, then those of the modules inside it."""
        found, waiting, seen = [], deque([self]), {id(self)}
        while waiting:
            module = waiting.popleft()
            if module._is_layer:
                found += module.variables
                continue
            for thing in found_in(module._attributes()):
                if isinstance(thing, Variable):
                    found.append(thing)
                elif isinstance(thing, Module) and id(thing) not in seen:
                    seen.add(id(thing))
                    waiting.append(thing)
        return tuple({id(v): v for v in found}.values())

    @property
    def trainable_variables(self):
        return tuple([v for v in self.variables if v.trainable])

    @property
    def non_trainable_variables(self):
        return tuple([v for v in self.variables if not v.trainable])

    @property
    def submodules(self):
        """All modules and layers inside this one: first those in its own attributes, then those in theirs, and so on."""
        found, waiting = {}, deque([self])
        while waiting:
            for thing in waiting.popleft()._inner_modules():
                if id(thing) not in found and thing is not self:
                    found[id(thing)] = thing
                    waiting.append(thing)
        return tuple(found.values())

    def _inner_modules(self):
        """The modules directly inside this one."""
        return [thing for thing in found_in(self._attributes()) if isinstance(thing, Module)]

    @property
    def name_scope(self):
        """The context `tf.name_scope(self.name)`."""
        return name_scope(self.name)

    @classmethod
    def with_name_scope(cls, method):
        """The method, run in the module's name scope."""

        @functools.wraps(method)
        def scoped(self, *args, **kwargs):
            with self.name_scope:
                return method(self, *args, **kwargs)

        return scoped
