"""The portfolio carbon a second time: plain Python and ``decimal``, written from the methodology sheet.

No DuckDB, no Polars, none of the pipeline's own code: it reads the input files and gives the rows that
``marts.positions``, ``marts.portfolio_carbon`` and ``marts.sovereign_carbon`` must hold.
"""
