"""The names that the newer optimizers had in TF 2.9 and 2.10."""

from pyseq.optimizers.adadelta import Adadelta
from pyseq.optimizers.adafactor import Adafactor
from pyseq.optimizers.adagrad import Adagrad
from pyseq.optimizers.adam import Adam, AdamW
from pyseq.optimizers.adamax import Adamax, Nadam
from pyseq.optimizers.ftrl import Ftrl
from pyseq.optimizers.lion import Lion
from pyseq.optimizers.optimizer import Optimizer
from pyseq.optimizers.rmsprop import RMSprop
from pyseq.optimizers.sgd import SGD

__all__ = [
    "SGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lion", "Nadam", "Optimizer", "RMSprop",
]  # fmt: skip
