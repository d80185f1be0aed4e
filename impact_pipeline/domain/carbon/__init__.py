"""Why a carbon figure moved between two dates: exact, additive, in any order of the lines.

One door: ``line_changes`` (the lines of two dates in, effects by line and totals out). ``decompose`` is the method
alone, for any chain of factors.
"""

from impact_pipeline.domain.carbon.changes import LineChanges, line_changes
from impact_pipeline.domain.carbon.decomposition import Chain, Factor, decompose
from impact_pipeline.domain.carbon.metrics import METRICS, measured

__all__ = ["METRICS", "Chain", "Factor", "LineChanges", "decompose", "line_changes", "measured"]
