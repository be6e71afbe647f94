"""Name scopes: contexts that say where in a program something is made."""

from __future__ import annotations

import threading

from pyseq.core import engine


class _Names(threading.local):
    def __init__(self):
        self.names = []


_scopes = _Names()


class name_scope:  # noqa: N801  TensorFlow's name
    """Context whose name `get_current_name_scope` tells; `as` gives the path of names so far with "/" at the end.

    Variables made in it have it in their names; names of layers do not depend on it.
    """

    def __init__(self, name):
        if not isinstance(name, str):
            raise ValueError(f"name_scope: `name` must be a string. Received: name={name!r}.")
        self._name = name

    @property
    def name(self):
        return self._name

    def __enter__(self):
        _scopes.names.append(self._name.rstrip("/"))
        return f"{get_current_name_scope()}/" if self._name else ""

    def __exit__(self, *exc):
        _scopes.names.pop()


def get_current_name_scope():
    """Names of the open name scopes, joined by "/"; an empty name begins at the top."""
    names = _scopes.names
    start = max((k + 1 for k, n in enumerate(names) if not n), default=0)
    return "/".join(names[start:])


_inner = [list]  # what gives the names of the layers being called, inner-most last


def set_inner_names(function):
    """Let function() tell the names that come after those of the scopes."""
    _inner[0] = function


def name_prefix():
    """What stands before the name of a variable that is made here: "" or a path that ends in "/"."""
    names = [get_current_name_scope(), *_inner[0]()]
    return "".join(f"{name}/" for name in names if name)


engine.set_operators({"name_prefix": name_prefix})
