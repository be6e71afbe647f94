"""Contexts and names that programs written for TensorFlow use, where pyseq has one device, one graph at most and no sessions."""

from __future__ import annotations

import contextlib
import re

from pyseq.core import active_trace
from pyseq.core.name_scope import get_current_name_scope, name_scope  # noqa: F401  names of this face

_DEVICE = re.compile(
    r"^(/?job:[a-zA-Z_]\w*)?(/?replica:\d+)?(/?task:\d+)?/?(device:)?(cpu|gpu|tpu|xla_cpu|xla_gpu)?(:(\d+|\*))?$",
    re.IGNORECASE,
)


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
