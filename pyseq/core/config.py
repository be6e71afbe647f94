"""Settings of the process: threads, instruction set, default float, epsilon, data format, seed of unseeded random state."""

from __future__ import annotations

import math
import os

from pyseq import _kernels
from pyseq.core import engine
from pyseq.core.dtypes import as_dtype

_settings = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "isa": None,
    "run_functions_eagerly": False,
    "summary_layout": None,
}


def floatx() -> str:
    """Name of the element type that Python floats and new weights get: "float32" unless changed."""
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Set the default float: "float16", "float32" or "float64"."""
    if value not in ("float16", "float32", "float64"):
        raise ValueError(f"set_floatx: `value` must be 'float16', 'float32' or 'float64'. Received: {value!r}.")
    _settings["floatx"] = value
    engine.set_default_float(as_dtype(value))


def epsilon() -> float:
    """The small number that losses and norms add or clip at: 1e-7 unless changed."""
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Set the small number of `epsilon()`."""
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """ "channels_last" unless changed."""
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Set the default data format: "channels_last" or "channels_first"."""
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(
            "set_image_data_format: `data_format` must be 'channels_last' or 'channels_first'. "
            f"Received: {data_format!r}."
        )
    _settings["image_data_format"] = data_format


def summary_layout() -> str:
    """The layout of `model.summary()`: what was set, else PYSEQ_SUMMARY_LAYOUT, else "2.4"."""
    return _settings["summary_layout"] or _checked_layout(os.environ.get("PYSEQ_SUMMARY_LAYOUT") or "2.4")


def set_summary_layout(layout: str) -> None:
    """Set the layout of `model.summary()` to that of TensorFlow 2.0 to 2.4, "2.4", where long texts are cut, or to that of "2.15",
    where they go on in the next line and sizes are given in bytes, too."""
    _settings["summary_layout"] = _checked_layout(layout)


def _checked_layout(layout):
    if layout not in ("2.4", "2.15"):
        raise ValueError(f"summary_layout: `layout` must be '2.4' or '2.15'. Received: {layout!r}.")
    return layout


def isa() -> str:
    """Name of the instruction set in use."""
    return _settings["isa"]


def available_isas() -> list[str]:
    """Instruction sets that are built and that this processor runs, best first."""
    return [name for name in engine.supported_isas() if name in _kernels.built()]


def set_isa(name: str | None = None) -> None:
    """Use the kernels of one instruction set; None: PYSEQ_ISA if set, else the best this processor runs."""
    available = available_isas()
    name = name or os.environ.get("PYSEQ_ISA") or (available[0] if available else None)
    if name not in available:
        raise ImportError(
            f"pyseq: PYSEQ_ISA must be an instruction set that is built and that this processor runs: {available}. "
            f"Received: {name!r}. (Built: {_kernels.built()}.)"
        )
    engine.bind(_kernels.load(name))
    _settings["isa"] = name


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Shall functions and steps that would be traced run as Python code each time instead? For debugging."""
    _settings["run_functions_eagerly"] = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """Was `run_functions_eagerly(True)` called?"""
    return _settings["run_functions_eagerly"]


def set_num_threads(n: int) -> None:
    """Let one instruction use at most n threads (1 to 1024). Results do not depend on it."""
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= 1024:
        raise ValueError(f"set_num_threads: `n` must be an integer from 1 to 1024. Received: {n!r}.")
    engine.set_max_threads(n)


def get_num_threads() -> int:
    """How many threads one instruction may use."""
    return engine.get_max_threads()


def default_num_threads() -> int:
    """OMP_NUM_THREADS if set, else the processors this process may use by affinity and control group."""
    wanted = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if wanted.isdecimal() and int(wanted) > 0:
        return min(int(wanted), 1024)
    try:
        n = len(os.sched_getaffinity(0))
    except AttributeError:
        n = os.cpu_count() or 1
    return max(1, min(n, _cgroup_processors()))


def _cgroup_processors() -> float:
    """Processors' worth of time the control group grants (a container's limit), or infinity."""
    try:
        with open("/sys/fs/cgroup/cpu.max") as f:
            quota, period = f.read().split()
        return math.inf if quota == "max" else math.ceil(int(quota) / int(period))
    except (OSError, ValueError):
        pass
    try:
        with open("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") as q, open("/sys/fs/cgroup/cpu/cpu.cfs_period_us") as p:
            quota, period = int(q.read()), int(p.read())
        return math.inf if quota <= 0 else math.ceil(quota / period)
    except (OSError, ValueError):
        return math.inf
