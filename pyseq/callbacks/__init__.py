"""Callbacks: what happens beside training, at the beginning and end of epochs and batches."""

from pyseq._faces import missing as _missing
from pyseq.callbacks.callback import Callback
from pyseq.callbacks.callback_list import CallbackList
from pyseq.callbacks.history import History
from pyseq.callbacks.progress import ProgbarLogger

__all__ = [
    "BackupAndRestore", "BaseLogger", "Callback", "CallbackList", "CSVLogger", "EarlyStopping", "History",
    "LambdaCallback", "LearningRateScheduler", "ModelCheckpoint", "ProgbarLogger", "ReduceLROnPlateau", "RemoteMonitor",
    "SwapEMAWeights", "TensorBoard", "TerminateOnNaN", "experimental",
]  # fmt: skip
_LATER = {
    "BackupAndRestore": "backup_and_restore", "BaseLogger": "base_logger", "CSVLogger": "csv_logger",
    "EarlyStopping": "early_stopping", "LambdaCallback": "lambda_callback",
    "LearningRateScheduler": "learning_rate_scheduler", "ModelCheckpoint": "model_checkpoint",
    "ReduceLROnPlateau": "reduce_lr_on_plateau", "RemoteMonitor": "remote_monitor", "SwapEMAWeights": "swap_ema_weights",
    "TensorBoard": "tensorboard", "TerminateOnNaN": "terminate_on_nan",
}  # fmt: skip
__getattr__ = _missing(
    __name__,
    lambda: __all__,
    {name: f"pyseq.callbacks.{module}:{name}" for name, module in _LATER.items()}
    | {"experimental": "pyseq.callbacks.experimental"},
)


def __dir__():
    return sorted({*globals(), *__all__})
