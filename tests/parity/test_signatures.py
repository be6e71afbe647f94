"""Signatures against tf.keras: every argument it has, in its order, with its default."""

import inspect

import pytest

from tests.parity.recording import recorded

RECORDED = recorded("signatures")["signatures"]

# Arguments of TensorFlow's own machinery: distribution, ragged and sparse tensors, XLA, saved models, worker processes.
# They may be missing; their defaults are TensorFlow's own objects.
FOREIGN = {
    "aggregation", "synchronization", "jit_compile", "pss_evaluation_shards", "ragged", "sparse", "tensor", "type_spec",
    "experimental_autocast", "steps_per_execution", "use_legacy_format", "partitioner",
}  # fmt: skip
# Defaults that pyseq changes on purpose: (path, argument) -> its default.
CHANGED = {
    ("Model.fit", "verbose"): "1",  # as in TF 2.0 to 2.4; 'auto' means the same
    ("Model.evaluate", "verbose"): "1",
    ("Model.predict", "verbose"): "0",
    ("Sequential.fit", "verbose"): "1",
    ("Sequential.evaluate", "verbose"): "1",
    ("Sequential.predict", "verbose"): "0",
    ("Input", "sparse"): "False",
    ("Input", "ragged"): "False",
    ("metrics.Metric.add_weight", "name"): "None",  # Keras 3 gives the shape first and the name by keyword
    ("metrics.Mean.add_weight", "name"): "None",
}


def found(keras, path):
    """The thing of a dotted name, or None."""
    thing = keras
    for part in path.split("."):
        thing = getattr(thing, part, None)
        if thing is None:
            return None
    return thing


def default_text(value):
    if value is inspect.Parameter.empty:
        return None
    if isinstance(value, (type(None), bool, int, float, str, tuple, list, dict)):
        return repr(value)
    return f"<{getattr(value, '__name__', type(value).__name__)}>"


@pytest.mark.parametrize("path", RECORDED)
def test_signature(keras, path):
    thing = found(keras, path)
    if thing is None:
        pytest.skip("not there yet")
    parameters = inspect.signature(thing).parameters
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    names = [n for n in parameters if parameters[n].kind is not inspect.Parameter.VAR_KEYWORD]
    order = []
    for name, kind, default in RECORDED[path]:
        if kind.startswith("VAR_") or (name in FOREIGN and (name not in parameters or takes_any)):
            continue
        if name not in parameters and takes_any:
            continue
        assert name in parameters, f"{path}: argument {name!r} is missing; it has {list(parameters)}"
        if parameters[name].kind is not inspect.Parameter.KEYWORD_ONLY:
            order.append(name)
        if name in FOREIGN:
            continue
        got, wanted = default_text(parameters[name].default), CHANGED.get((path, name), default)
        numbers = got is not None and wanted is not None and got not in ("None", "True", "False")
        try:
            same = got == wanted or (numbers and float(got) == float(wanted))
        except ValueError:
            same = False
        assert same, f"{path}: {name}={got}, tf.keras has {name}={wanted}"
    assert [n for n in names if n in order] == order, f"{path}: the order is {names}, tf.keras has {order}"
