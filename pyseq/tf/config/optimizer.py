"""tf.config.optimizer: the passes over plans are always on; there is no XLA."""

from __future__ import annotations

from pyseq._faces import missing as _missing

_options: dict = {}


def set_jit(enabled):
    """Nothing to do: plans are what they are, with or without."""


def get_jit():
    """ "": no XLA."""
    return ""


def set_experimental_options(options):
    """Remember the options of TensorFlow's graph optimizer; pyseq's passes leave the bits as they are and are always on."""
    _options.update(options)


def get_experimental_options():
    """The options that were set."""
    return dict(_options)


__all__ = ["get_experimental_options", "get_jit", "set_experimental_options", "set_jit"]
__getattr__ = _missing(__name__, lambda: __all__)
