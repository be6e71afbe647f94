"""What any optimizer does besides its update: clipping, weight decay, moving averages."""

from __future__ import annotations

import re

from pyseq.ops import update


class Options:
    """Part of Optimizer."""

    def _transform(self, gradients, variables):
        """What is done to the gradients first."""
        return self._clip_gradients(gradients), variables

    def _clip_gradients(self, gradients):
        if self.clipnorm:
            return [update.clip_by_norm(g, self.clipnorm) for g in gradients]
        if self.global_clipnorm:
            total = update.square_total(gradients)
            return [update.clip_by_norm(g, self.global_clipnorm, total) for g in gradients]
        if self.clipvalue:
            return [update.clip_by_magnitude(g, self.clipvalue) for g in gradients]
        return gradients

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Name variables that `weight_decay` leaves alone; before the first step.

        Args:
            var_list: Variables. var_names: regular expressions; every variable whose name contains a match of one.
        """
        if self._built:
            raise ValueError("`exclude_from_weight_decay()` can only be called before the optimizer is built.")
        self._undecayed = list(var_list or ())
        self._undecayed_names = list(var_names or ())

    def _use_weight_decay(self, variable):
        named = any(re.search(pattern, variable.name) for pattern in self._undecayed_names)
        return not named and not any(v is variable for v in self._undecayed)

    def _apply_weight_decay(self, variables):
        if self.weight_decay:
            for v in variables:
                if self._use_weight_decay(v):
                    update.weight_decay(v, self.rate(), self.weight_decay)

    def _update_averages(self, variables):
        if not self.use_ema:
            return
        for v in variables:
            average = self._averages[self._var_key(v)]
            update.moving_average(average, v, self.ema_momentum)
        if self.ema_overwrite_frequency:  # in a loop of its own: a plan makes one instruction of each loop
            for v in variables:
                average = self._averages[self._var_key(v)]
                update.copy_every(v, average, self._iterations, self.ema_overwrite_frequency)

    def finalize_variable_values(self, var_list):
        """Put the moving averages in the variables' place, if there are any (`use_ema`). `Model.fit` does so at its end."""
        if self.use_ema:
            for v in var_list:
                if self._var_key(v) in self._averages:
                    v.assign(self._averages[self._var_key(v)].value())
