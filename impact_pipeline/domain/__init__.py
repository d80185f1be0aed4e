"""Decisions and decompositions on frames: Polars only, no files, no database, no orchestrator."""
