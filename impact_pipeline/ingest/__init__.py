"""From an inputs folder to checked frames: readers, supplier profiles, identifiers, archive."""

from impact_pipeline.ingest.delivery import Delivery, read_delivery
from impact_pipeline.ingest.files.archiving import Blob, archive

__all__ = ["Blob", "Delivery", "archive", "read_delivery"]
