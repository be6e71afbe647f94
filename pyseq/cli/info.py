"""`python -m pyseq info`: what a bug report should say about the machine and the installation."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import sys

from pyseq import _kernels
from pyseq._version import __version__
from pyseq.core import config, engine
from pyseq.utils.machine import copy_bandwidth, peak_gflops

PACKAGES = (
    "numpy",
    "h5py",
    "matplotlib",
    "pandas",
    "scikit-learn",
    "tensorboard",
    "torch",
    "mkl",
    "tensorflow",
    "keras",
)


def info(as_json=False) -> int:
    """Print the facts, as text or JSON."""
    facts = gather()
    if as_json:
        print(json.dumps(facts, indent=2))
        return 0
    width = max(map(len, facts))
    for name, value in facts.items():
        if isinstance(value, dict):
            value = ", ".join(f"{k} {v}" for k, v in value.items())
        elif isinstance(value, list):
            value = ", ".join(map(str, value))
        print(f"{name.replace('_', ' '):{width}}  {'-' if value in (None, '') else value}")
    return 0


def gather() -> dict:
    """The facts, by name; speeds are measured now."""
    return {
        "pyseq": __version__,
        "location": os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
        "platform": platform.platform(),
        "processor": processor(),
        "processors_usable": config.default_num_threads(),
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "instruction_sets_built": _kernels.built(),
        "instruction_sets_of_processor": list(engine.supported_isas()),
        "instruction_set": config.isa(),
        "openmp": engine.openmp(),
        "threads": config.get_num_threads(),
        "floatx": config.floatx(),
        "environment": {
            k: v for k, v in sorted(os.environ.items()) if re.match(r"(PYSEQ|OMP|GOMP|KMP)_|KERAS_HOME", k)
        },
        "peak_gflops_1_thread": peak_gflops(),
        "copy_gb_per_s_1_thread": copy_bandwidth(),
    }


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def processor() -> str:
    """The processor's name as the system tells it."""
    try:
        with open("/proc/cpuinfo") as f:
            if found := re.search(r"^(?:model name|Hardware|cpu model)\s*:\s*(.*)$", f.read(), re.M):
                return found[1]
    except OSError:
        pass
    if sys.platform == "darwin":
        import subprocess

        name = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False)
        if name.stdout.strip():
            return name.stdout.strip()
    return platform.processor() or platform.machine()
