"""tf.keras.layers.experimental.preprocessing: the layers that now are in keras.layers."""

from pyseq import layers as _layers
from pyseq._faces import missing as _missing

_NAMES = (
    "CategoryEncoding CenterCrop Discretization HashedCrossing Hashing IntegerLookup Normalization RandomContrast RandomCrop "
    "RandomFlip RandomHeight RandomRotation RandomTranslation RandomWidth RandomZoom Rescaling Resizing StringLookup "
    "TextVectorization"
).split()
globals().update({name: getattr(_layers, name) for name in _NAMES if hasattr(_layers, name)})

__all__ = [name for name in _NAMES if name in globals()]
__getattr__ = _missing(__name__, lambda: __all__)
