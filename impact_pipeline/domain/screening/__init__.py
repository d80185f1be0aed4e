"""Exclusion and watch rules: three-valued, on intervals, with the evidence behind every verdict.

A missing or doubtful value is U (unknown), never a pass.
"""

from impact_pipeline.domain.screening.rules import Rule
from impact_pipeline.domain.screening.verdicts import Verdicts, evaluate, evaluate_in_parts

__all__ = ["Rule", "Verdicts", "evaluate", "evaluate_in_parts"]
