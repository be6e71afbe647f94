"""Settings of pipelines."""

from __future__ import annotations


class Options:
    """Settings of a pipeline. Kept for the sake of programs that set them; results do not depend on them.

    Source: tf.data.Options.
    """

    def __init__(self):
        self.deterministic = None
        self.experimental_deterministic = None
        self.experimental_slack = None
        self.autotune, self.threading, self.experimental_optimization, self.experimental_distribute = (
            _Settings() for _ in range(4)
        )
        self.experimental_threading = self.threading

    def merge(self, options):
        """These settings, those of `options` taking precedence."""
        merged = Options()
        merged.__dict__.update({**vars(self), **{k: v for k, v in vars(options).items() if v is not None}})
        return merged


class _Settings:
    """A group of Options."""
