"""Optimizers: what turns gradients into changes of the weights. The formulas are those of tf.keras 2.15.

Names match in any case. To add one: a class with `slot_groups` and `update_step` (adagrad.py), and its name below.
"""

from __future__ import annotations

import types

from pyseq.optimizers import schedules
from pyseq.optimizers.adagrad import Adadelta, Adagrad
from pyseq.optimizers.adam import Adam, AdamW
from pyseq.optimizers.optimizer import Optimizer
from pyseq.optimizers.rmsprop import RMSprop
from pyseq.optimizers.sgd import SGD
from pyseq.registry import Registry

_registry = Registry("optimizer", "keras.optimizers", ignore_case=True)
_classes = {c.__name__: _registry.add(c) for c in (SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta)}

# tf.keras keeps older and newer classes of the same names apart; here one class does what both did.
legacy = types.SimpleNamespace(Optimizer=Optimizer, **_classes)
experimental = types.SimpleNamespace(Optimizer=Optimizer, **_classes)


def get(identifier, **kwargs):
    """Optimizer of a name, a config, a class or an object.

    Raises:
        ValueError: none of these, or an unknown name (the closest are listed).
    """
    kwargs.pop("use_legacy_optimizer", None)  # there is one implementation
    if kwargs:
        raise TypeError(f"optimizers.get: unknown keyword argument. Received: {sorted(kwargs)}.")
    if hasattr(identifier, "apply_gradients") and not isinstance(identifier, type):
        return identifier
    if isinstance(identifier, (str, dict)) or (isinstance(identifier, type) and issubclass(identifier, Optimizer)):
        return _registry.get(identifier)
    raise ValueError(f"Could not interpret optimizer identifier: {identifier}")


def serialize(optimizer, use_legacy_format=False):
    """Config of an optimizer: {"module", "class_name", "config", "registered_name"}; the last of two names in TF 2.4's form."""
    return _registry.serialize(optimizer, use_legacy_format)


def deserialize(config, custom_objects=None, use_legacy_format=False, **kwargs):
    """Optimizer of a config that `serialize` gave, in either form."""
    kwargs.pop("use_legacy_optimizer", None)
    if kwargs:
        raise TypeError(f"optimizers.deserialize: unknown keyword argument. Received: {sorted(kwargs)}.")
    return _registry.deserialize(config, custom_objects)


__all__ = ["Optimizer", *_classes, "deserialize", "experimental", "get", "legacy", "schedules", "serialize"]
