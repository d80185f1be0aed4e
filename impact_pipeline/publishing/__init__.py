"""What readers get: figures of the snapshot as rows for tables and JSON. Reads ``readers.duckdb`` only."""
