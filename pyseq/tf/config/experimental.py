"""tf.config.experimental."""

from __future__ import annotations

from pyseq._faces import missing as _missing
from pyseq.tf.config import devices
from pyseq.tf.config.devices import (
    LogicalDeviceConfiguration,
    checked,
    get_visible_devices,
    list_logical_devices,
    list_physical_devices,
    set_visible_devices,
)

VirtualDeviceConfiguration = LogicalDeviceConfiguration
get_virtual_device_configuration = devices.get_logical_device_configuration
set_virtual_device_configuration = devices.set_logical_device_configuration


def enable_op_determinism():
    """Nothing to do: the same seed always gives the same bits, whatever the number of threads."""


def set_memory_growth(device, enable):
    """Nothing to do: memory is taken when it is needed. Raises ValueError for a device that is not there."""
    checked("set_memory_growth", device)


def get_memory_growth(device):
    """True."""
    checked("get_memory_growth", device)
    return True


def get_memory_info(device):
    """{"current": bytes kept for reuse, "peak": 0}: what is in use by tensors is the process's own memory."""
    from pyseq.core import engine

    checked("get_memory_info", device)
    return {"current": engine.kept_memory(), "peak": 0}


def get_memory_usage(device):
    """Bytes kept for reuse."""
    return get_memory_info(device)["current"]


def reset_memory_stats(device):
    """Nothing to do: there are no statistics."""
    checked("reset_memory_stats", device)


def get_device_details(device):
    """{}: TensorFlow knows details of GPUs only."""
    checked("get_device_details", device)
    return {}


def set_synchronous_execution(enable):
    """Nothing to do for None and True: ops are done when they return."""
    if enable is False:
        raise NotImplementedError(
            "tf.config.experimental.set_synchronous_execution: ops are always done when they return."
        )


def get_synchronous_execution():
    """True."""
    return True


def enable_tensor_float_32_execution(enabled):
    """Nothing to do: float32 is float32."""


def tensor_float_32_execution_enabled():
    """False."""
    return False


__all__ = [
    "VirtualDeviceConfiguration", "enable_op_determinism", "enable_tensor_float_32_execution", "get_device_details",
    "get_memory_growth", "get_memory_info", "get_memory_usage", "get_synchronous_execution",
    "get_virtual_device_configuration", "get_visible_devices", "list_logical_devices", "list_physical_devices",
    "reset_memory_stats", "set_memory_growth", "set_synchronous_execution", "set_virtual_device_configuration",
    "set_visible_devices", "tensor_float_32_execution_enabled",
]  # fmt: skip
__getattr__ = _missing(__name__, lambda: __all__)
