"""tf.config: the devices there are, and how exact results are."""

from __future__ import annotations

from collections import namedtuple

from pyseq._faces import missing as _missing
from pyseq.tf.config import experimental

PhysicalDevice = namedtuple("PhysicalDevice", ("name", "device_type"))
LogicalDevice = namedtuple("LogicalDevice", ("name", "device_type"))


def list_physical_devices(device_type=None):
    """The devices of a type, all by default: one CPU."""
    return [PhysicalDevice("/physical_device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


def list_logical_devices(device_type=None):
    """The devices of a type, all by default: one CPU."""
    return [LogicalDevice("/device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


__all__ = ["LogicalDevice", "PhysicalDevice", "experimental", "list_logical_devices", "list_physical_devices"]
__getattr__ = _missing(__name__, lambda: __all__)
