"""How an operation can end short of done."""


class Refused(Exception):
    """Not begun: nothing was changed. Exit code 10."""


class Stopped(Exception):
    """Begun and not finished; the message says what is safe and how to go on. Exit code 11."""
