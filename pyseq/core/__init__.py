"""Tensors, variables, tapes, and the settings of the process. What ops may use is described in README.md."""

import os

# How a waiting thread of the team waits decides everything: asleep it costs 80 to 100 us to wake, spinning without end it
# takes the processor from others. A short spin, then sleep. libgomp reads this once, when it is loaded with the engine.
_unset = "GOMP_SPINCOUNT" not in os.environ and "OMP_WAIT_POLICY" not in os.environ
if _unset:
    os.environ["GOMP_SPINCOUNT"] = "3000"
try:
    import pyseq.core.engine as engine
except ModuleNotFoundError as error:
    if error.name != "pyseq.core.engine":
        raise
    raise ImportError(
        f"pyseq: {os.path.dirname(os.path.dirname(__file__))} is the source folder, its kernels are not built. "
        "Build them there with `pip install -e .`; or start Python in another folder to use an installed pyseq."
    ) from None
finally:
    if _unset:
        del os.environ["GOMP_SPINCOUNT"]  # not for the programs this process starts

from pyseq.core import config, dispatch  # noqa: E402
from pyseq.core.dtypes import (  # noqa: E402
    DTYPES,
    DType,
    as_dtype,
    bool_,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from pyseq.core.engine import (  # noqa: E402
    GradientTape,
    Kernel,
    Tensor,
    Variable,
    active_trace,
    as_tensor,
    emit,
    kernels,
    numpy_kernel,
    record,
    recording,
    snapshot,
    stop_recording,
    symbolic,
    tracing,
    wrap,
)
from pyseq.core.keras_tensor import KerasTensor  # noqa: E402
from pyseq.core.name_scope import name_scope  # noqa: E402, F401
from pyseq.core.trace import ShapeTrace, shapes_only  # noqa: E402

config.set_isa()
engine._bind_own_kernels()
config.set_num_threads(config.default_num_threads())

__all__ = [
    "DTYPES", "DType", "GradientTape", "KerasTensor", "Kernel", "ShapeTrace", "Tensor", "Variable", "active_trace",
    "as_dtype", "as_tensor", "bool_", "config", "dispatch", "emit", "float16", "float32", "float64", "int16", "int32",
    "int64", "int8", "kernels", "numpy_kernel", "record", "recording", "shapes_only", "snapshot", "stop_recording",
    "symbolic", "tracing", "uint16", "uint32", "uint64", "uint8", "wrap",
]  # fmt: skip
