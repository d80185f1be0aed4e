"""The DuckDB files and the SQL models: lock, connections, month writes, snapshot, lineage.

Import from the modules: ``store`` (working file), ``models`` and ``runner`` (SQL files), ``snapshot``
(readers' file). Nothing here knows Dagster.
"""
