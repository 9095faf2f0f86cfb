"""The signatures of the provider SDKs, which the model reads: see `model.signatures`."""

from model.signatures import Anything as Anything
from model.signatures import Map as Map
from model.signatures import Object as Object
from model.signatures import Property as Property
from model.signatures import Scalar as Scalar
from model.signatures import Sdk as Sdk
from model.signatures import Sequence as Sequence
from model.signatures import Signature as Signature
from model.signatures import Type as Type
from model.signatures import UnknownType as UnknownType
from model.signatures import snake as snake
