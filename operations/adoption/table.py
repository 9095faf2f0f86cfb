"""The finders of all types that the program declares."""

from operations.adoption import account, data, network, services
from operations.adoption.finders import Finder

FINDERS: dict[str, Finder] = {**network.FINDERS, **account.FINDERS, **data.FINDERS, **services.FINDERS}
