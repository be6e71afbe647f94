"""Models: layers put together, with training, evaluation and prediction."""

from pyseq.models.model import Model
from pyseq.models.sequential import Sequential

__all__ = ["Model", "Sequential"]
