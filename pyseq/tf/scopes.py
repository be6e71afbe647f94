"""Contexts and names that programs written for TensorFlow use, where pyseq has one device, one graph at most and no sessions."""

from __future__ import annotations

import contextlib
import re
import threading

from pyseq.core import active_trace

_DEVICE = re.compile(
    r"^(/?job:[a-zA-Z_]\w*)?(/?replica:\d+)?(/?task:\d+)?/?(device:)?(cpu|gpu|tpu|xla_cpu|xla_gpu)?(:(\d+|\*))?$",
    re.IGNORECASE,
)


class _Names(threading.local):
    def __init__(self):
        self.names = []


_scopes = _Names()


class name_scope:  # noqa: N801  TensorFlow's name
    """Context whose name `get_current_name_scope` tells; `as` gives the path of names so far with "/" at the end.

    Names of variables and layers do not depend on it.
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


@contextlib.contextmanager
def device(device_name):
    """Context without effect: everything is on the CPU, as TensorFlow's soft placement has it where there is no GPU.

    Raises:
        ValueError: `device_name` does not name a device.
    """
    name = device_name() if callable(device_name) else device_name
    if name is not None and not (isinstance(name, str) and _DEVICE.match(name)):
        raise ValueError(f"device: `device_name` must be like '/CPU:0' or '/device:GPU:1'. Received: {device_name!r}.")
    yield


@contextlib.contextmanager
def control_dependencies(control_inputs):
    """Context without effect: what is written first is done first."""
    yield


@contextlib.contextmanager
def init_scope():
    """Context in which code runs eagerly, also within a traced function."""
    from pyseq.core import stop_recording, tracing

    with tracing(None), stop_recording():
        yield


def executing_eagerly():
    """Is this code run eagerly, not traced for a plan?"""
    return active_trace() is None


def inside_function():
    """Is this code traced for a plan?"""
    return active_trace() is not None


def group(*inputs, **kwargs):
    """None: ops are done when they return."""
    unknown = sorted(set(kwargs) - {"name"})
    if unknown:
        raise TypeError(f"group: unknown keyword argument. Received: {unknown}.")


def no_op(name=None):
    """None."""


def get_logger():
    """The logger "tensorflow", as TensorFlow's."""
    import logging

    return logging.getLogger("tensorflow")


def timestamp(name=None):
    """Seconds since 1970 as a tensor (), float64."""
    import time

    from pyseq.core import as_tensor

    return as_tensor(time.time(), "float64")


def get_static_value(tensor, partial=False):
    """The values as an array; None where they are not known, in a traced function."""
    from pyseq.core import Tensor

    if isinstance(tensor, Tensor):
        return None if tensor.is_symbolic else tensor.numpy()
    return tensor.numpy() if hasattr(tensor, "numpy") else tensor


def is_symbolic_tensor(tensor):
    """Is it a tensor of a traced function, without values?"""
    return getattr(tensor, "is_symbolic", False) is True
