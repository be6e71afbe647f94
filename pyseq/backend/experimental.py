"""keras.backend.experimental: which generator random layers use. It is always pyseq's own, with a state of its own."""


def enable_tf_random_generator():
    """Nothing to do."""


def disable_tf_random_generator():
    """Raises: there is no other generator."""
    raise NotImplementedError(
        "disable_tf_random_generator: random layers always use a generator with a state of its own."
    )


def is_tf_random_generator_enabled():
    """True."""
    return True
