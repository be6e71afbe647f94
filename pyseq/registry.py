"""Finding things by name: one mechanism for losses, metrics, optimizers, initializers, regularizers, constraints, layers.

A family has a fixed table of names. A name, a config or an object becomes an object by `Registry.get`; what the user
registered or put in scope is looked up before the table. Nothing is ever imported by name.
"""

from __future__ import annotations

import importlib
import inspect
import re
import threading
from contextlib import contextmanager

_registered: dict[str, object] = {}
_scope = threading.local()
families: dict[str, Registry] = {}  # every Registry by its module: {"keras.layers": ...}


def register_keras_serializable(package="Custom", name=None):
    """Decorator: makes a class or function known to `get` and `deserialize` as "package>name"."""

    def register(thing):
        key = f"{package}>{name or thing.__name__}"
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise ValueError(f"register_keras_serializable: {thing.__name__} must have a `get_config` method.")
        _registered[key] = thing
        thing._registered_name = key
        return thing

    return register


def get_registered_name(thing):
    """The name a class or function was registered under, else its own."""
    own = vars(thing).get("_registered_name") if hasattr(thing, "__dict__") else None  # a subclass does not inherit it
    return own or getattr(thing, "__name__", str(thing))


def get_registered_object(name, custom_objects=None, module_objects=None):
    """What is known under this name in the scope, among the registered or in the given tables; or None."""
    for table in (getattr(_scope, "objects", {}), _registered, custom_objects or {}, module_objects or {}):
        if name in table:
            return table[name]
    return None


def get_custom_objects() -> dict:
    """The table of registered objects; may be changed."""
    return _registered


@contextmanager
def custom_object_scope(*tables, **objects):
    """Context in which the names of the given dicts are known to `get` and `deserialize`."""
    before = getattr(_scope, "objects", {})
    merged = dict(before)
    for table in tables:
        merged.update(table)
    merged.update(objects)
    _scope.objects = merged
    try:
        yield merged
    finally:
        _scope.objects = before


CustomObjectScope = custom_object_scope


def is_keras_module(module) -> bool:
    """Does a configuration that names this module mean a class of Keras, rather than a user's?"""
    root = module.partition(".")[0] if isinstance(module, str) else None
    return root in ("keras", "tf_keras", "keras_core", "tensorflow", "builtins")


def snake(name: str) -> str:
    """`GlorotUniform` -> `glorot_uniform`."""
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


class Registry:
    """The names of one family.

    Args:
        family: as messages call it, such as "initializer".
        module: as configs name it, such as "keras.initializers".
        ignore_case: do names match in any case?
    """

    def __init__(self, family: str, module: str, ignore_case: bool = False):
        self.family = family
        self.module = module
        self.ignore_case = ignore_case
        self.table: dict[str, object] = {}
        self.later: dict[str, str] = {}
        families[module] = self

    def add(self, thing, *aliases):
        """Make a class or function known by its own name and `aliases`; returns it."""
        for name in (thing.__name__, *aliases):
            self.table[name.lower() if self.ignore_case else name] = thing
        return thing

    def add_later(self, module, *names):
        """Make names of a module known that is imported when one of them is first used."""
        self.later.update({name: module for name in names})

    def _known(self, name):
        if name in self.later and name not in self.table:
            self.table[name] = getattr(importlib.import_module(self.later[name]), name)
        return self.table.get(name.lower() if self.ignore_case else name)

    def find(self, name: str, custom_objects=None):
        """The class or function of a name.

        Raises:
            ValueError: there is none; the closest names are listed.
        """
        found = get_registered_object(name, custom_objects)
        if found is None:
            found = self._known(name)
        if found is None:
            raise ValueError(self.unknown(name))
        return found

    def knows(self, cls) -> bool:
        """Is this class one of the table?"""
        return any(cls is thing for thing in self.table.values()) or self.later.get(cls.__name__) == cls.__module__

    def unknown(self, name) -> str:
        import difflib  # a millisecond that a program without mistakes need not spend

        by_case = {k.lower(): k for k in (*self.table, *self.later)}
        close = difflib.get_close_matches(str(name).lower(), by_case, n=3, cutoff=0.5)
        hint = f"the closest are {', '.join(repr(by_case[k]) for k in close)}" if close else "see the documentation"
        return (
            f"Unknown {self.family}: {name!r}. Known names: {hint}. For one of your own, pass the object itself or register "
            "it with `keras.utils.register_keras_serializable` or `custom_object_scope`."
        )

    def get(self, identifier):
        """Object of a name, a config, a class, an object or a function; None stays None."""
        if identifier is None or not isinstance(identifier, (str, dict)):
            if inspect.isclass(identifier):
                return identifier()
            if identifier is None or callable(identifier):
                return identifier
            raise ValueError(f"Could not interpret {self.family} identifier: {identifier!r}.")
        if isinstance(identifier, dict):
            return self.deserialize(identifier)
        found = self.find(identifier)
        return found() if inspect.isclass(found) else found

    def deserialize(self, config, custom_objects=None):
        """Object of what `serialize` gave: a name, or a dict with "class_name" and "config"."""
        if not isinstance(config, dict):
            if isinstance(config, str):
                found = self.find(config, custom_objects)
                return found() if inspect.isclass(found) else found
            return config
        name = config.get("registered_name") or config.get("class_name")
        if not isinstance(name, str):
            raise ValueError(f"Cannot read the {self.family} config: it has no 'class_name'. Received: {config!r}.")
        if name == "function" or config.get("class_name") == "function":
            return self.find(config["config"], custom_objects)
        known = get_registered_object(name, custom_objects) is not None
        if not known and "module" in config and not is_keras_module(config["module"]):
            raise ValueError(self.unknown(name))  # a class of the user's, even if one of ours has the same name
        found = self.find(name if known else config.get("class_name", name).rpartition(">")[2], custom_objects)
        return found.from_config(config.get("config") or {}) if hasattr(found, "from_config") else found

    def serialize(self, thing, use_legacy_format=False):
        """Config of an object; the name of a function; None stays None. The legacy format has class_name and config only."""
        if thing is None or isinstance(thing, (str, dict)):
            return thing
        if hasattr(thing, "get_config"):
            cls = vars(type(thing)).get("_saved_as", type(thing))
            own = "_registered_name" not in vars(cls) and self.knows(cls)
            if use_legacy_format:
                return {"class_name": cls.__name__ if own else get_registered_name(cls), "config": thing.get_config()}
            public = own and "keras.src" not in getattr(cls, "_keras_module", "")
            return {
                "module": getattr(cls, "_keras_module", self.module) if own else None,
                "class_name": cls.__name__,
                "config": thing.get_config(),
                "registered_name": None if public else get_registered_name(cls),
            }
        name = get_registered_name(thing)
        if not name:
            raise ValueError(f"Cannot serialize {thing!r}: it has neither `get_config` nor a name.")
        return name
