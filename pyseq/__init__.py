"""pyseq: deep learning for ordinary CPUs, with the API tf.keras users know.

`import pyseq as keras` is the Keras face; `import pyseq.tf as tf` the TensorFlow face.
"""

from functools import partial as _partial

from pyseq import (
    activations,
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    random,
    regularizers,
)
from pyseq._faces import missing
from pyseq._version import __version__
from pyseq.core import GradientTape, Tensor, Variable, config
from pyseq.core import as_tensor as convert_to_tensor
from pyseq.layers import Input
from pyseq.models import Model, Sequential
from pyseq.plan import function

__all__ = [
    "GradientTape", "Input", "Model", "Sequential", "Tensor", "Variable", "__version__", "activations", "applications", "backend",
    "callbacks",
    "config", "constraints", "convert_to_tensor", "datasets", "experimental", "function", "initializers", "layers", "losses",
    "metrics", "models", "ops", "optimizers", "preprocessing", "random", "regularizers", "saving", "tf", "utils", "wrappers",
]  # fmt: skip
_LATER = ("applications", "backend", "datasets", "experimental", "preprocessing", "saving", "tf", "utils", "wrappers")
__getattr__ = missing(__name__, lambda: __all__, {name: f"pyseq.{name}" for name in _LATER})
for _module in (
    activations, callbacks, constraints, initializers, layers, losses, metrics, models, optimizers, random, regularizers,
):  # fmt: skip
    if not hasattr(_module, "__getattr__"):
        _module.__getattr__ = missing(_module.__name__, _partial(dir, _module))


def __dir__():
    return sorted(__all__)
