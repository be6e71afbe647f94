"""Older names. Source: tf.keras.callbacks.experimental."""

from __future__ import annotations

import warnings

from pyseq.callbacks import backup_and_restore


class BackupAndRestore(backup_and_restore.BackupAndRestore):
    """The same as `callbacks.BackupAndRestore`; warns that this name is the older one."""

    def __init__(self, *args, **kwargs):
        warnings.warn(
            "`tf.keras.callbacks.experimental.BackupAndRestore` endpoint is deprecated and will be removed in a future "
            "release. Please use `tf.keras.callbacks.BackupAndRestore`.",
            stacklevel=2,
        )
        super().__init__(*args, **kwargs)
