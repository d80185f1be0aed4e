"""Every table of the warehouse, by name. Imports polars, pandera and the errors; nothing else of ours."""

from impact_pipeline.schemas.core_tables import CORE
from impact_pipeline.schemas.inputs import AUDIT, PROVENANCE, RAW, STAGING
from impact_pipeline.schemas.mart_tables import MARTS
from impact_pipeline.schemas.policy_tables import POLICY
from impact_pipeline.schemas.table import Column, Table

TABLES: dict[str, Table] = {table.name: table for table in (*RAW, *AUDIT, *POLICY, *STAGING, *CORE, *MARTS)}
LAYERS = ("raw", "audit", "policy", "staging", "core", "marts")

__all__ = [
    "AUDIT",
    "CORE",
    "LAYERS",
    "MARTS",
    "POLICY",
    "PROVENANCE",
    "RAW",
    "STAGING",
    "TABLES",
    "Column",
    "Table",
]
