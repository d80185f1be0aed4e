"""From an inputs folder to checked frames: readers, supplier profiles, identifiers, archive."""

from impact_pipeline.ingest.archiving import Blob, archive
from impact_pipeline.ingest.delivery import Delivery, read_delivery

__all__ = ["Blob", "Delivery", "archive", "read_delivery"]
