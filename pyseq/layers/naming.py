"""Names of layers as tf.keras gives them: `dense`, `dense_1`, ...; counted for the process until `clear_session`."""

from __future__ import annotations

import re

_counts: dict[str, int] = {}


def snake_case(class_name: str) -> str:
    """`MaxPooling2D` -> `max_pooling2d`, as tf.keras names layers."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", class_name)
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    return f"private{name}" if name.startswith("_") else name


def unique_name(base: str) -> str:
    """`base`, `base_1`, ...: a name not given before by this function."""
    n = _counts.get(base, 0)
    _counts[base] = n + 1
    return base if n == 0 else f"{base}_{n}"


def numbered_name(base: str) -> str:
    """`base_1`, `base_2`, ...: as tf.keras names inputs."""
    _counts[base] = n = _counts.get(base, 0) + 1
    return f"{base}_{n}"


def reset_names() -> None:
    """Start counting anew (`clear_session`)."""
    _counts.clear()
