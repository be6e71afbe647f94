"""tf.io: files."""

from pyseq._faces import missing as _missing
from pyseq.tf.io import gfile

__all__ = ["gfile"]
__getattr__ = _missing(__name__, lambda: __all__)
