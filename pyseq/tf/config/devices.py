"""The devices: one CPU."""

from __future__ import annotations

from collections import namedtuple

PhysicalDevice = namedtuple("PhysicalDevice", ("name", "device_type"))
LogicalDevice = namedtuple("LogicalDevice", ("name", "device_type"))
LogicalDeviceConfiguration = namedtuple(
    "LogicalDeviceConfiguration",
    ("memory_limit", "experimental_priority", "experimental_device_ordinal"),
    defaults=(None, None, None),
)
CPU = PhysicalDevice("/physical_device:CPU:0", "CPU")


def list_physical_devices(device_type=None):
    """The devices of a type, all by default: one CPU."""
    return [CPU] if device_type in (None, "CPU") else []


def list_logical_devices(device_type=None):
    """The devices of a type, all by default: one CPU."""
    return [LogicalDevice("/device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


def get_visible_devices(device_type=None):
    """The devices that are used: as `list_physical_devices`."""
    return list_physical_devices(device_type)


def set_visible_devices(devices, device_type=None):
    """Nothing to do for the CPU, or for no device of another type.

    Raises:
        ValueError: other devices, or no CPU.
    """
    devices = (
        list(devices) if isinstance(devices, (list, tuple)) and not isinstance(devices, PhysicalDevice) else [devices]
    )
    unknown = [d for d in devices if d != CPU]
    if unknown:
        raise ValueError(f"set_visible_devices: `devices` must be among {[CPU]}. Received: {unknown}.")
    if device_type in (None, "CPU") and not devices:
        raise ValueError("set_visible_devices: the CPU cannot be hidden; it is the only device.")


def set_logical_device_configuration(device, logical_devices):
    """Raises ValueError but for one logical device without limits: one CPU is one device."""
    checked("set_logical_device_configuration", device)
    if len(logical_devices) != 1 or any(v is not None for v in logical_devices[0]):
        raise ValueError(
            "set_logical_device_configuration: the CPU is one device without limits. Use several processes, or "
            f"tf.config.threading. Received: logical_devices={logical_devices}."
        )


def get_logical_device_configuration(device):
    """None: none was set."""
    checked("get_logical_device_configuration", device)


def set_soft_device_placement(enabled):
    """Nothing to do: everything is on the CPU, whatever `tf.device` says."""


def get_soft_device_placement():
    """True."""
    return True


def checked(who, device):
    """The device, if it is the CPU: itself, or its name.

    Raises:
        ValueError: another device.
    """
    names = (CPU.name, "/device:CPU:0", "CPU:0", "CPU", "/CPU:0")
    if device != CPU and getattr(device, "name", device) not in names:
        raise ValueError(f"{who}: no matching devices found for {device!r}; there is {CPU}.")
    return CPU
