"""tf.keras.experimental: older places of learning rate schedules."""

from pyseq._faces import missing as _missing
from pyseq.optimizers.schedules import CosineDecay, CosineDecayRestarts

__all__ = ["CosineDecay", "CosineDecayRestarts"]
__getattr__ = _missing(__name__, lambda: __all__)
