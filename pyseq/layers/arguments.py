"""The configuration of a user's layer that has no `get_config` of its own: the arguments it was made with."""

from __future__ import annotations

import functools
import inspect

_PLAIN = (type(None), bool, int, float, str)


def remember_arguments(layer, args, kwargs) -> None:
    """Keep what a layer is made with, should it be asked for a configuration."""
    object.__setattr__(layer, "_init_arguments", (args, kwargs))


@functools.cache
def takes_only_own(cls, base) -> bool:
    """Has the class an `__init__` of its own that takes arguments of its own, or none of `base`'s?"""
    if cls.__init__ is base.__init__:
        return False
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    known = inspect.signature(base.__init__).parameters
    named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    return any(p.name not in known for p in named) or not any(p.kind is p.VAR_KEYWORD for p in parameters) and not named


def config_of_arguments(layer) -> dict:
    """The arguments by name, those that were given.

    Raises:
        NotImplementedError: one is more than numbers, texts, and lists and dicts of them; or they have no names.
    """
    args, kwargs = layer.__dict__.get("_init_arguments", ((), {}))
    parameters = list(inspect.signature(type(layer).__init__).parameters.values())[1:]
    names = [p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    config = {**dict(zip(names, args, strict=False)), **kwargs}
    wrong = [k for k, v in config.items() if not _is_plain(v)] or (["*args"] if len(args) > len(names) else [])
    if wrong:
        raise NotImplementedError(
            f"Layer {type(layer).__name__} was made with arguments {wrong} that a configuration cannot hold as they are, and "
            "must override `get_config`."
        )
    return config


def _is_plain(x) -> bool:
    if isinstance(x, dict):
        return all(isinstance(k, str) and _is_plain(v) for k, v in x.items())
    return all(map(_is_plain, x)) if isinstance(x, (list, tuple)) else isinstance(x, _PLAIN)
