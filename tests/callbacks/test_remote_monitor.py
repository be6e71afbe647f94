"""RemoteMonitor: what a server gets, and what happens if there is none."""

import http.server
import json
import socket
import sys
import threading
import types
import urllib.parse
import urllib.request

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.callbacks import Callback, RemoteMonitor


class Requests(types.ModuleType):
    """As much of the package `requests` as is used, should it not be installed."""

    class exceptions:  # noqa: N801
        class RequestException(OSError):
            pass

    @classmethod
    def post(cls, url, data=None, json=None, headers=None):  # noqa: A002
        body = urllib.parse.urlencode(data).encode() if json is None else globals()["json"].dumps(json).encode()
        try:
            return urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=20).read()
        except OSError as e:
            raise cls.exceptions.RequestException(str(e)) from e


@pytest.fixture(autouse=True)
def requests(monkeypatch):
    try:
        import requests  # noqa: F401
    except ImportError:
        monkeypatch.setitem(sys.modules, "requests", Requests("requests"))


@pytest.fixture
def server():
    """A server; `seen` has (path, body, header `x-key`) of each request."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            running.seen.append((self.path, body, self.headers.get("x-key")))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args): ...

    running = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    running.seen = []
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join(20)
    running.server_close()


def fitted(*callbacks):
    model = keras.Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    x = np.ones((8, 2), "float32")
    return model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=[*callbacks])


class Adds(Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs.update(lr=np.float32(0.5), rows=np.arange(3))


@pytest.mark.parametrize("as_json", [False, True])
def test_what_the_server_gets(server, as_json):
    root = f"http://127.0.0.1:{server.server_port}"
    monitor = RemoteMonitor(root, "/in/", field="values", headers={"x-key": "secret"}, send_as_json=as_json)
    h = fitted(Adds(), monitor)
    assert [(path, key) for path, _, key in server.seen] == [("/in/", "secret")] * 2
    for epoch, (_, body, _) in enumerate(server.seen):
        sent = json.loads(body) if as_json else json.loads(urllib.parse.parse_qs(body)["values"][0])
        assert sent == {"epoch": epoch, "loss": h.history["loss"][epoch], "lr": 0.5, "rows": [0, 1, 2]}


def test_no_server_is_a_warning():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        root = f"http://127.0.0.1:{s.getsockname()[1]}"
    with pytest.warns(UserWarning, match=f"Warning: could not reach RemoteMonitor root server at {root}"):
        h = fitted(RemoteMonitor(root))
    assert len(h.epoch) == 2


def test_without_requests(monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(ImportError, match="RemoteMonitor requires the `requests` library."):
        fitted(RemoteMonitor())
