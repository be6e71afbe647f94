"""RemoteMonitor: the results of each epoch sent to a server."""

from __future__ import annotations

import json

import numpy as np

from pyseq.callbacks.callback import Callback
from pyseq.callbacks.monitoring import warn


class RemoteMonitor(Callback):
    """Sends losses and metrics of each epoch to an address by HTTP POST. Needs the package `requests`.

    Args:
        root, path: the two parts of the address.
        field: name of the form's field that holds the JSON text {"epoch": 0, "loss": 0.5, ...}.
        headers: {name: value} of the request.
        send_as_json: send the JSON as the request's body instead?
    Source: tf.keras.callbacks.RemoteMonitor.
    """

    def __init__(
        self, root="http://localhost:9000", path="/publish/epoch/end/", field="data", headers=None, send_as_json=False
    ):
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch, logs=None):
        try:
            import requests
        except ImportError:
            raise ImportError("RemoteMonitor requires the `requests` library.") from None
        sent = {"epoch": epoch}
        for name, value in (logs or {}).items():  # NumPy's numbers and arrays are not JSON
            sent[name] = value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
        form = {"json": sent} if self.send_as_json else {"data": {self.field: json.dumps(sent)}}
        try:
            requests.post(self.root + self.path, headers=self.headers, **form)
        except requests.exceptions.RequestException:
            warn(f"Warning: could not reach RemoteMonitor root server at {self.root}")
