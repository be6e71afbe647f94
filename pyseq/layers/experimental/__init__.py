"""tf.keras.layers.experimental: names of layers before they were settled."""

from pyseq._faces import missing as _missing
from pyseq.layers.einsum_dense import EinsumDense
from pyseq.layers.experimental import preprocessing
from pyseq.layers.normalization_batch import SyncBatchNormalization

__all__ = ["EinsumDense", "SyncBatchNormalization", "preprocessing"]
__getattr__ = _missing(__name__, lambda: __all__)
