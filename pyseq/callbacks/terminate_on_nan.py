"""TerminateOnNaN: training ends when the loss is no number."""

from __future__ import annotations

import math

from pyseq.callbacks.callback import Callback
from pyseq.messages import say


class TerminateOnNaN(Callback):
    """Ends training after the first batch whose loss is NaN or infinite. Source: tf.keras.callbacks.TerminateOnNaN."""

    def on_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            say(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True
