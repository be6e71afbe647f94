"""tf.config: the devices there are, how many threads work, how exact results are.

There is one device, the CPU. Settings that could only concern others are accepted where TensorFlow without a GPU accepts them.
"""

from __future__ import annotations

from pyseq._faces import missing as _missing
from pyseq.core.config import functions_run_eagerly, run_functions_eagerly
from pyseq.tf.config import experimental, optimizer, threading
from pyseq.tf.config.devices import (
    LogicalDevice,
    LogicalDeviceConfiguration,
    PhysicalDevice,
    get_logical_device_configuration,
    get_soft_device_placement,
    get_visible_devices,
    list_logical_devices,
    list_physical_devices,
    set_logical_device_configuration,
    set_soft_device_placement,
    set_visible_devices,
)

experimental_run_functions_eagerly = run_functions_eagerly
experimental_functions_run_eagerly = functions_run_eagerly


def experimental_connect_to_host(remote_host=None, job_name="worker"):
    """Raises: there are no remote devices."""
    raise NotImplementedError("tf.config.experimental_connect_to_host: pyseq works on this machine's processors only.")


def experimental_connect_to_cluster(
    cluster_spec_or_resolver, job_name="localhost", task_index=0, protocol=None, make_master_device_default=True,
    cluster_device_filters=None,
):  # fmt: skip
    """Raises: there are no remote devices."""
    raise NotImplementedError(
        "tf.config.experimental_connect_to_cluster: pyseq works on this machine's processors only."
    )


__all__ = [
    "LogicalDevice", "LogicalDeviceConfiguration", "PhysicalDevice", "experimental", "experimental_connect_to_cluster",
    "experimental_connect_to_host", "experimental_functions_run_eagerly", "experimental_run_functions_eagerly",
    "functions_run_eagerly", "get_logical_device_configuration", "get_soft_device_placement", "get_visible_devices",
    "list_logical_devices", "list_physical_devices", "optimizer", "run_functions_eagerly",
    "set_logical_device_configuration", "set_soft_device_placement", "set_visible_devices", "threading",
]  # fmt: skip
__getattr__ = _missing(__name__, lambda: __all__)
