"""Why a source cannot be read."""


class InputError(Exception):
    """What happened, why, and what to do, in one message. Nothing was judged."""
