"""Threat detection: what it watches, and how often it looks."""

from typing import Annotated, Literal

from pydantic import Field

from infra.settings.frozen import Frozen


class DetectionSettings(Frozen):
    """Both regions. Each part is priced by what it looks at."""

    standards: tuple[Literal["fsbp", "nist-800-53", "cis"], ...] = ("fsbp", "nist-800-53", "cis")
    """Security Hub's: AWS Foundational Security Best Practices, NIST SP 800-53 Rev. 5, CIS AWS Foundations."""
    macie_sample: Annotated[int, Field(ge=1, le=100)] = 10
    """Per cent of the objects that the weekly search for sensitive data opens; it is priced by the gigabyte."""
