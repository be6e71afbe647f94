"""Optimizers in the form they had before TF 2.11: `lr`, `decay`, slots by name, and the order of weights of files from then.

Their steps are those of TensorFlow's fused operations of that time: RMSprop without momentum and Adagrad add epsilon beside the
root, hyperparameters are rounded to float32.
"""

from pyseq.optimizers.legacy.classes import SGD, Adadelta, Adagrad, Adam, Adamax, Ftrl, Nadam, RMSprop
from pyseq.optimizers.legacy.optimizer import Optimizer

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "Optimizer", "RMSprop"]
