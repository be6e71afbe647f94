"""Objects to configurations (JSON) and back.

A class or function is found in the table of its family, or among the names that the user registered or passed. The `module`
of a configuration chooses the table and does nothing else: nothing is imported, no attribute is looked up by a name from a
file, no code is read from it.
"""

from __future__ import annotations

import json

import numpy as np

from pyseq import losses, metrics
from pyseq.core import DType, Tensor, Variable, as_tensor
from pyseq.core.structure import map_structure
from pyseq.models.functional import Functional
from pyseq.models.sequential import Sequential
from pyseq.registry import Registry, custom_object_scope, families, get_registered_name, get_registered_object
from pyseq.saving.telling import tell

PLAIN = (str, int, float, bool)
# Families by the part of a module's name that means them, in this order: "keras.optimizers.schedules" has two.
FAMILIES = {
    part: families[f"keras.{module}"]
    for part, module in (
        ("schedules", "optimizers.schedules"), ("layers", "layers"), ("losses", "losses"), ("metrics", "metrics"),
        ("optimizers", "optimizers"), ("initializers", "initializers"), ("regularizers", "regularizers"),
        ("constraints", "constraints"), ("activations", "activations"),
    )
}  # fmt: skip
MODELS = Registry("model", "keras")
MODELS.add(Sequential)
MODELS.add(Functional, "Model")  # which is what files of Keras before 2.4 call it

# What Keras 3 adds to configurations, and the value that says what is so here anyway.
HARMLESS = {
    "optional": False, "quantization_config": None, "loss_scale_factor": None, "gradient_accumulation_steps": None,
    "input_axes": None, "output_axes": None,
}  # fmt: skip


class Unreadable(TypeError):
    """A configuration of which its class makes no object."""


# Classes whose configuration names a function, and where it is found.
WRAPPERS = {
    "LossFunctionWrapper": (losses.LossFunctionWrapper, FAMILIES["losses"]),
    "MeanMetricWrapper": (metrics.MeanMetricWrapper, FAMILIES["metrics"]),
}


# -------------------------------------------------------------------------------------------------- to configurations


def serialize_keras_object(obj):
    """What `deserialize_keras_object` makes an equal object of: numbers, texts, lists, dicts with texts as keys.

    Args:
        obj: a layer, model, loss, metric, optimizer, ...: anything with `get_config`; a function with a name; arrays; or
            lists and dicts of them.
    """
    if obj is None or isinstance(obj, PLAIN):
        return obj
    if isinstance(obj, (list, tuple)):
        return [serialize_keras_object(x) for x in obj]
    if isinstance(obj, dict):
        return {str(k): serialize_keras_object(v) for k, v in obj.items()}
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf8")}}
    if isinstance(obj, np.generic) or isinstance(obj, np.ndarray) and obj.ndim == 0:
        return obj.item()
    if isinstance(obj, np.ndarray):
        return {"class_name": "__numpy__", "config": {"value": obj.tolist(), "dtype": obj.dtype.name}}
    if isinstance(obj, (Tensor, Variable)):
        return {"class_name": "__tensor__", "config": {"value": obj.numpy().tolist(), "dtype": obj.dtype.name}}
    if isinstance(obj, (DType, np.dtype)):
        return obj.name
    if hasattr(obj, "get_config"):
        return _node(obj)
    if hasattr(obj, "__name__"):
        return {
            "module": "builtins",
            "class_name": "function",
            "config": get_registered_name(obj),
            "registered_name": "function",
        }
    raise TypeError(
        f"Cannot save {obj!r} of type {type(obj).__name__}: a configuration holds numbers, texts, arrays, named functions and "
        "objects with a `get_config` method."
    )


def _node(obj):
    node = _registry_of(obj).serialize(obj)
    node["config"] = serialize_keras_object(node["config"])
    for part in ("build_config", "compile_config"):
        config = getattr(obj, f"get_{part}", lambda: None)()
        if config is not None:
            node[part] = serialize_keras_object(config)
    return node


def json_text(config, **kwargs) -> str:
    """A configuration as it is written to files; a warning says so if it cannot be read again.

    Args:
        kwargs: of `json.dumps`.
    """
    text = json.dumps(config, **kwargs)
    if '"<lambda>"' in text:
        tell(
            "A lambda is saved as its name alone: code is never written to a file nor read from one. Use a function with a "
            "name instead, and pass it to load_model by `custom_objects={'name': function}`."
        )
    return text


def legacy_node(obj):
    """What an object or function is in files before Keras 2.12: {"class_name", "config"}; a function's name."""
    return _as_legacy(serialize_keras_object(obj))


def _as_legacy(node):
    if isinstance(node, list):
        return [_as_legacy(x) for x in node]
    if not isinstance(node, dict):
        return node
    if node.get("class_name") == "function":
        return node["config"]
    if "registered_name" in node and "config" in node:
        use = {k: node[k] for k in ("name", "inbound_nodes") if k in node}  # of a layer in a functional model
        return {
            "class_name": node["registered_name"] or node["class_name"],
            "config": _as_legacy(node["config"]),
            **use,
        }
    return {k: _as_legacy(v) for k, v in node.items()}


def _registry_of(obj) -> Registry:
    """The table in which an object's class is; that of the models for a user's class."""
    return next((r for r in (MODELS, *FAMILIES.values()) if r.knows(type(obj))), MODELS)


# ------------------------------------------------------------------------------------------------ from configurations


def deserialize_keras_object(config, custom_objects=None, safe_mode=True, **kwargs):
    """The object that `serialize_keras_object` described.

    Args:
        custom_objects: {name: class or function} that the configuration may name.
        safe_mode: without effect: code is never read from a configuration.
    Raises:
        ValueError: it names something unknown. TypeError: an unknown argument.
    """
    kwargs.pop("module_objects", None)
    if kwargs:
        raise TypeError(f"deserialize_keras_object: unknown keyword argument. Received: {sorted(kwargs)}.")
    with custom_object_scope(custom_objects or {}):
        return read(config)


def without_harmless(node):
    """A description without what Keras 3 adds to the configurations of classes that are known here."""
    if isinstance(node, list):
        return [without_harmless(x) for x in node]
    if not isinstance(node, dict):
        return node
    node = {k: without_harmless(v) for k, v in node.items()}
    name, config = node.get("class_name"), node.get("config")
    if isinstance(name, str) and isinstance(config, dict) and any(_has(table, name) for table in FAMILIES.values()):
        node["config"] = {k: v for k, v in config.items() if k not in HARMLESS or v != HARMLESS[k]}
    return node


def _has(table, name):
    return (name.lower() if table.ignore_case else name) in table.table


def read(config, family=None):
    """The object of a configuration; see `deserialize_keras_object`.

    Args:
        family: name of the table for configurations that name no module.
    """
    if isinstance(config, list):
        return [read(x, family) for x in config]
    if not isinstance(config, dict):
        return config
    name = config.get("class_name")
    if not isinstance(name, str) or "config" not in config and not config.get("registered_name"):
        return {k: read(v, family) for k, v in config.items()}
    if name.startswith("__"):
        return _read_value(name, config.get("config"))
    if name == "function":
        return _read_function(config, family)
    obj = _read_object(name, config, family)
    if isinstance(config.get("build_config"), dict) and hasattr(obj, "build_from_config"):
        obj.build_from_config(config["build_config"])
    compiled = config.get("compile_config")  # Keras 3 says {} if the model is not
    if isinstance(compiled, dict) and compiled and hasattr(obj, "compile_from_config"):
        obj.compile_from_config(compiled)
    return obj


def _read_value(name, config):
    if isinstance(config, dict) and "value" in config:
        value = config["value"]
        if name == "__bytes__" and isinstance(value, str):
            return value.encode("utf8")
        if name in ("__numpy__", "__tensor__") and str(config.get("dtype")) in _DTYPES:
            array = np.array(value, dtype=config["dtype"])
            return array if name == "__numpy__" else as_tensor(array)
    if name == "__lambda__":
        raise ValueError(
            "The file holds the code of a lambda, which is not run. Save the model with a function that has a name, and pass "
            "it by `custom_objects={'name': function}`."
        )
    raise ValueError(f"Cannot read a configuration of class {name!r}.")


_DTYPES = {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)} | {
    "float16", "float32", "float64", "bool",
}  # fmt: skip


def _read_function(config, family):
    name = config["config"]
    name = name.get("function_name", name.get("name")) if isinstance(name, dict) else name
    tables = [FAMILIES[f] for f in ([family] if family else ["losses", "metrics", "activations"])]
    known = [t for t in tables if name in t.table]
    return (known or tables)[0].find(name)


def _read_object(name, config, family):
    module = config.get("module")
    parts = module.split(".") if isinstance(module, str) else []
    family = next((f for f in FAMILIES if f in parts), family)
    try:
        return _make(name, config, family)
    except Unreadable:
        raise
    except (TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError) as e:
        raise Unreadable(
            f"Cannot make {name!r} of its configuration. {type(e).__name__}: {e} Configuration: "
            f"{str(config.get('config'))[:500]}"
        ) from e


def _make(name, config, family):
    bare = name.rpartition(">")[2]
    if bare in WRAPPERS:
        return _read_wrapper(*WRAPPERS[bare], dict(config.get("config") or {}))
    registered = config.get("registered_name") or name
    if bare in MODELS.table and family in (None, "layers") or get_registered_object(registered) is not None:
        return MODELS.deserialize(config)
    return FAMILIES[family or "layers"].deserialize(config)


def _read_wrapper(cls, registry, config):
    """A loss or metric that is a function with a name of its own."""
    function = config.pop("fn")
    function = _read_function(function, None) if isinstance(function, dict) else registry.find(function)
    made = cls(function, **config)
    if isinstance(made, metrics.Metric):
        made.sparse = function in (metrics.sparse_categorical_accuracy, metrics.sparse_top_k_categorical_accuracy)
    return made


def read_compile_arguments(config):
    """Arguments of `Model.compile` of what they were described by; names of losses and metrics stay names."""
    families_of = {"optimizer": "optimizers", "loss": "losses", "metrics": "metrics", "weighted_metrics": "metrics"}
    return {k: map_structure(_of_users, read(v, families_of.get(k))) for k, v in config.items()}


def _of_users(thing):
    """What the user registered or passed under a name; other names stay, what they mean depends on the shapes of labels."""
    found = get_registered_object(thing) if isinstance(thing, str) else None
    return thing if found is None else found
