"""Callbacks: what happens beside training, at the beginning and end of epochs and batches."""

from pyseq.callbacks.callback import Callback
from pyseq.callbacks.callback_list import CallbackList
from pyseq.callbacks.history import History
from pyseq.callbacks.progress import ProgbarLogger

__all__ = ["Callback", "CallbackList", "History", "ProgbarLogger"]
