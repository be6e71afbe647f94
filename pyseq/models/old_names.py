"""Methods of Model that TF 2.0 to 2.4 had beside `fit`, `evaluate` and `predict`."""

from __future__ import annotations

import warnings


def warn_of_old_name(name):
    """Warn, as TF 2.4 did."""
    warnings.warn(
        f"`Model.{name}_generator` is deprecated and will be removed in a future version. Please use `Model.{name}`, which "
        "supports generators.",
        stacklevel=3,
    )


class GeneratorMethods:
    """Part of Model: training on generators by its old names."""

    def fit_generator(
        self, generator, steps_per_epoch=None, epochs=1, verbose=1, callbacks=None, validation_data=None,
        validation_steps=None, validation_freq=1, class_weight=None, max_queue_size=10, workers=1,
        use_multiprocessing=False, shuffle=True, initial_epoch=0,
    ):  # fmt: skip
        """`fit` on a generator or Sequence, by its old name."""
        warn_of_old_name("fit")
        return self.fit(
            generator, steps_per_epoch=steps_per_epoch, epochs=epochs, verbose=verbose, callbacks=callbacks,
            validation_data=validation_data, validation_steps=validation_steps, validation_freq=validation_freq,
            class_weight=class_weight, max_queue_size=max_queue_size, workers=workers,
            use_multiprocessing=use_multiprocessing, shuffle=shuffle, initial_epoch=initial_epoch,
        )  # fmt: skip

    def evaluate_generator(
        self, generator, steps=None, callbacks=None, max_queue_size=10, workers=1, use_multiprocessing=False, verbose=0
    ):
        """`evaluate` on a generator or Sequence, by its old name."""
        warn_of_old_name("evaluate")
        return self.evaluate(
            generator, steps=steps, callbacks=callbacks, max_queue_size=max_queue_size, workers=workers,
            use_multiprocessing=use_multiprocessing, verbose=verbose,
        )  # fmt: skip

    def predict_generator(
        self, generator, steps=None, callbacks=None, max_queue_size=10, workers=1, use_multiprocessing=False, verbose=0
    ):
        """`predict` on a generator or Sequence, by its old name."""
        warn_of_old_name("predict")
        return self.predict(
            generator, steps=steps, callbacks=callbacks, max_queue_size=max_queue_size, workers=workers,
            use_multiprocessing=use_multiprocessing, verbose=verbose,
        )  # fmt: skip
