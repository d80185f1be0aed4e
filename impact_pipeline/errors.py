"""Errors that people read: what was found, where, what was expected and what to do next.

Every error an analyst can cause is one of these; each prints as one line. Errors of ours (defects) stay ordinary
exceptions with a traceback in the Dagster log.
"""


class ImpactPipelineError(Exception):
    """Root of the tree. ``exit_code`` is what the command line returns for it (2 = bad input or usage)."""

    exit_code = 2


class SettingsError(ImpactPipelineError):
    """A path, an option or an environment variable that cannot be used."""


class SourceFileError(ImpactPipelineError):
    """An input file that cannot be trusted as a whole: the run stops and nothing is written.

    The parts are kept as attributes so that tests and the UI can show them apart from the sentence.
    """

    def __init__(
        self,
        file: str,
        found: str,
        expected: str,
        *,
        row: int | None = None,
        column: str | None = None,
        hint: str = "",
    ) -> None:
        self.file, self.row, self.column = file, row, column
        self.found, self.expected, self.hint = found, expected, hint
        place = file
        if row is not None:
            place += f", row {row}"
        if column is not None:
            place += f", column {column}"
        line = f"{place}: found {found}; expected {expected}"
        super().__init__(f"{line}. {hint}" if hint else line)


class PolicyFileError(SourceFileError):
    """A rule, methodology, target or profile file that is not valid; raised before anything is computed."""


class SchemaViolationError(ImpactPipelineError):
    """Rows that break a table's schema were refused before commit."""

    def __init__(self, table: str, problems: list[str]) -> None:
        self.table, self.problems = table, problems
        shown = "; ".join(problems[:5])
        more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
        super().__init__(f"{table}: the rows break the schema: {shown}{more}")


class ModelHeaderError(ImpactPipelineError):
    """A file of dbt_like_sql/ whose header or final columns do not agree with its schema."""


class WarehouseBusyError(ImpactPipelineError):
    """Another process kept the warehouse for longer than the time-out."""


class NotFoundError(ImpactPipelineError):
    """Something asked for (a month, an issuer, a table) that the store does not hold."""
