"""tf.keras.layers.experimental: names of layers before they were settled."""

from pyseq._faces import missing as _missing
from pyseq.layers.experimental import preprocessing

__all__ = ["preprocessing"]
__getattr__ = _missing(__name__, lambda: __all__)
