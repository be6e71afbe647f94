"""Losses and metrics of models with several outputs against tf.keras: by name, by place, one for all."""

import pytest

from tests.parity import output_cases as cases
from tests.parity.recording import recorded

RECORDED = recorded("outputs")["outputs"]


@pytest.mark.parametrize("name", cases.CASES)
def test_evaluate(keras, name):
    got, expected = cases.run(keras, name), RECORDED[name]
    if "raises" in expected:
        assert got.get("raises") == expected["raises"]
        return
    assert "raises" not in got, got["message"]
    assert [k for k, _ in got["logs"]] == [k for k, _ in expected["logs"]]
    assert dict(got["logs"]) == pytest.approx(dict(expected["logs"]), rel=2e-6, abs=1e-7)
    assert got["metrics_names"] == expected["metrics_names"]
    assert cases.run(keras, name, run_eagerly=True) == got  # the same bits
