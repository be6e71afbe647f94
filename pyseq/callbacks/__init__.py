"""Callbacks: what happens beside training, at the beginning and end of epochs and batches."""

from pyseq.callbacks import experimental
from pyseq.callbacks.backup_and_restore import BackupAndRestore
from pyseq.callbacks.base_logger import BaseLogger
from pyseq.callbacks.callback import Callback
from pyseq.callbacks.callback_list import CallbackList
from pyseq.callbacks.csv_logger import CSVLogger
from pyseq.callbacks.early_stopping import EarlyStopping
from pyseq.callbacks.history import History
from pyseq.callbacks.lambda_callback import LambdaCallback
from pyseq.callbacks.learning_rate_scheduler import LearningRateScheduler
from pyseq.callbacks.model_checkpoint import ModelCheckpoint
from pyseq.callbacks.progress import ProgbarLogger
from pyseq.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from pyseq.callbacks.remote_monitor import RemoteMonitor
from pyseq.callbacks.swap_ema_weights import SwapEMAWeights
from pyseq.callbacks.tensorboard import TensorBoard
from pyseq.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "BackupAndRestore", "BaseLogger", "Callback", "CallbackList", "CSVLogger", "EarlyStopping", "History",
    "LambdaCallback", "LearningRateScheduler", "ModelCheckpoint", "ProgbarLogger", "ReduceLROnPlateau", "RemoteMonitor",
    "SwapEMAWeights", "TensorBoard", "TerminateOnNaN", "experimental",
]  # fmt: skip
