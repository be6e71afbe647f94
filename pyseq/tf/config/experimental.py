"""tf.config.experimental."""

from pyseq._faces import missing as _missing


def enable_op_determinism():
    """Nothing to do: the same seed always gives the same bits, whatever the number of threads."""


def list_physical_devices(device_type=None):
    """As `tf.config.list_physical_devices`."""
    from pyseq.tf import config

    return config.list_physical_devices(device_type)


__all__ = ["enable_op_determinism", "list_physical_devices"]
__getattr__ = _missing(__name__, lambda: __all__)
