"""Progress and messages: on standard output, or in the log."""

import logging

import numpy as np
import pytest

import pyseq as keras

X, Y = np.ones((64, 2), "float32"), np.ones(64, "float32")


@pytest.fixture
def logged(caplog):
    caplog.set_level(logging.INFO, logger="pyseq")
    keras.utils.disable_interactive_logging()
    yield lambda: [r.getMessage() for r in caplog.records]
    keras.utils.enable_interactive_logging()


def made():
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    return model


def test_a_service_logs_what_a_program_shows(logged, capsys):
    assert not keras.utils.is_interactive_logging_enabled()
    stopping = keras.callbacks.EarlyStopping(monitor="loss", min_delta=1e9, patience=1, verbose=1)
    made().fit(X, Y, epochs=3, verbose=1, callbacks=[stopping])
    assert capsys.readouterr().out == ""
    texts = logged()
    assert [t[:9] for t in texts] == ["Epoch 1/3", "2/2 [====", "Epoch 2/3", "2/2 [====", "Epoch 2: "]
    assert "\b" not in "".join(texts) and texts[-1] == "Epoch 2: early stopping"


def test_auto_means_lines_in_a_log(logged):
    made().fit(X, Y, verbose="auto")
    (line,) = logged()
    assert line.startswith("2/2 - 0s - loss: ")


def test_standard_output_is_the_default(capsys):
    assert keras.utils.is_interactive_logging_enabled()
    made().fit(X, Y, verbose=1)
    assert "2/2 [====" in capsys.readouterr().out
