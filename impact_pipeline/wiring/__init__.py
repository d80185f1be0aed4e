"""The only helpers that import Dagster: resources, metadata, asset and check factories, runs."""
