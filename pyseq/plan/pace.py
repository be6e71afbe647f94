"""How many threads a plan runs on. The bits do not depend on it, so the faster way is found by trying."""

from __future__ import annotations

import time

from pyseq.core import config
from pyseq.core.engine import VariablesMoved

TRIAL = 0.002  # seconds of steps that a trial takes, about
AGAIN = 1.0  # seconds of running after which the slower way gets another trial
MARGIN = 0.97  # a team must be this much faster: it takes a processor from others


class Pace:
    """Runs a plan's steps on one thread or on all, whichever was faster when last tried.

    Args:
        shares: is there work for more than one thread?
    """

    def __init__(self, shares):
        self.shares = shares
        self.seconds = {}  # threads -> of a step
        self.since_trial = 0.0
        self.warm = False

    def run(self, program, addresses, strides, steps, seconds=0.0):
        """Run steps as `Program.run` does; returns how many were made."""
        most = config.get_num_threads()
        if not self.shares or most == 1:
            return program.run(addresses, strides, steps, seconds, 1)
        until = time.perf_counter() + seconds if seconds else None
        done = 0
        while done < steps:
            threads, count = self._next(most)
            left = 0.0 if until is None else until - time.perf_counter()
            if done and until is not None and left <= 0:
                break
            at = addresses if strides is None else tuple(
                a + done * s for a, s in zip(addresses, strides, strict=True)
            )  # fmt: skip
            start = time.perf_counter()
            try:
                made = program.run(at, strides, min(steps - done, count), max(left, 1e-6) if seconds else 0.0, threads)
            except VariablesMoved:
                if done:
                    break
                raise
            self._note(threads, made, time.perf_counter() - start)
            done += made
        return done

    def _next(self, most):
        """(threads, steps) to run next."""
        if not self.warm:
            return 1, 1
        for threads in (1, most):
            if threads not in self.seconds:
                return threads, self._trial(threads)
        best = self.best(most)
        if self.since_trial > AGAIN:
            other = 1 if best == most else most
            return other, self._trial(other)
        return best, 1 << 40

    def _trial(self, threads):
        known = self.seconds.get(threads) or self.seconds.get(1) or TRIAL
        return max(2, int(TRIAL / max(known, 1e-9)))

    def best(self, most):
        """The number of threads that is faster."""
        return most if self.seconds.get(most, 1e9) < MARGIN * self.seconds.get(1, 1e9) else 1

    def _note(self, threads, steps, seconds):
        if not self.warm:
            self.warm = True
            return
        was_trial = self.since_trial > AGAIN or threads not in self.seconds
        self.seconds[threads] = seconds / max(1, steps)
        self.since_trial = 0.0 if was_trial else self.since_trial + seconds
