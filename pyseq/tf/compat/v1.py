"""tf.compat.v1: switches that change nothing, the logger, and errors that say what to use instead of graphs and sessions.

All that TensorFlow 2 still has is `pyseq.tf`'s.
"""

from __future__ import annotations

import importlib
import logging as python_logging
import types

from pyseq import tf
from pyseq._faces import nearest
from pyseq.core import active_trace
from pyseq.core.dimension import Dimension  # noqa: F401
from pyseq.random import set_seed
from pyseq.tf.compat import dimension_at_index, dimension_value  # noqa: F401


def enable_eager_execution(config=None, device_policy=None, execution_mode=None):
    """Nothing to do: code is eager."""


def enable_v2_behavior():
    """Nothing to do."""


enable_v2_tensorshape = enable_resource_variables = enable_control_flow_v2 = enable_tensor_equality = enable_v2_behavior


def executing_eagerly():
    """Is this code run eagerly, not traced for a plan?"""
    return active_trace() is None


def reset_default_graph():
    """Nothing to do: there is no graph."""


def set_random_seed(seed):
    """As `tf.random.set_seed`."""
    set_seed(seed)


def _absent(name, instead):
    def absent(*args, **kwargs):
        raise NotImplementedError(
            f"tf.compat.v1.{name}: pyseq runs code eagerly or as plans, without graphs. {instead}"
        )

    absent.__name__ = absent.__qualname__ = name
    absent.__doc__ = f"Raises NotImplementedError. {instead}"
    return absent


_INSTEAD = {
    "Session InteractiveSession": "Call functions on tensors directly; tf.function makes them plans.",
    "ConfigProto GPUOptions SessionConfig": "Use tf.config.threading for the number of threads.",
    "Graph get_default_graph get_default_session": "Use tf.function.",
    "placeholder placeholder_with_default": "Use function arguments, or keras.Input.",
    "global_variables_initializer local_variables_initializer": "Variables have their values once they are made.",
    "get_variable variable_scope": "Use tf.Variable.",
    "disable_eager_execution disable_v2_behavior disable_resource_variables disable_tensor_equality "
    "disable_control_flow_v2": "Port the program to TensorFlow 2.",
}
for _names, _text in _INSTEAD.items():
    for _name in _names.split():
        globals()[_name] = _absent(_name, _text)

logging = types.ModuleType(f"{__name__}.logging", "tf.compat.v1.logging: the logger `tensorflow`.")
logging.__dict__.update(
    {name: getattr(python_logging, name) for name in ("DEBUG", "INFO", "ERROR", "FATAL")}
    | {"WARN": python_logging.WARNING}
    | {
        name: getattr(python_logging.getLogger("tensorflow"), name)
        for name in "debug info warning error fatal log".split()
    }
    | {
        "warn": python_logging.getLogger("tensorflow").warning,
        "set_verbosity": python_logging.getLogger("tensorflow").setLevel,
        "get_verbosity": python_logging.getLogger("tensorflow").getEffectiveLevel,
    }
)


def __getattr__(name):
    if name == "nn":
        return importlib.import_module("pyseq.tf.compat.v1_nn")
    if name == "keras" or (not name.startswith("__") and hasattr(tf, name)):
        return getattr(tf, name)
    near = [] if name.startswith("__") else nearest(name, [*globals(), *dir(tf)])
    raise AttributeError(
        f"module {__name__!r} has no attribute {name!r}." + (f" Nearest: {', '.join(near)}." if near else "")
    )
