"""tf.config.threading. "Intra op" threads are those of `pyseq.config`; 0 is the number that this machine suggests."""

from __future__ import annotations

from pyseq._faces import missing as _missing
from pyseq.core import config

_inter = 0
_intra = 0


def set_intra_op_parallelism_threads(num_threads):
    """Let an op use at most so many threads; 0: as many as this process may use. Results do not depend on it.

    Unlike TensorFlow's it may be changed at any time.
    """
    global _intra
    n = _checked("set_intra_op_parallelism_threads", num_threads)
    config.set_num_threads(n or config.default_num_threads())
    _intra = n


def get_intra_op_parallelism_threads():
    """The number that was set; 0 if none was."""
    return _intra


def set_inter_op_parallelism_threads(num_threads):
    """Remember the number: ops run one after another, whatever it is."""
    global _inter
    _inter = _checked("set_inter_op_parallelism_threads", num_threads)


def get_inter_op_parallelism_threads():
    """The number that was set; 0 if none was."""
    return _inter


def _checked(who, n):
    if isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= 1024:
        raise ValueError(f"{who}: `num_threads` must be an integer from 0 to 1024. Received: num_threads={n!r}.")
    return n


__all__ = [
    "get_inter_op_parallelism_threads", "get_intra_op_parallelism_threads", "set_inter_op_parallelism_threads",
    "set_intra_op_parallelism_threads",
]  # fmt: skip
__getattr__ = _missing(__name__, lambda: __all__)
