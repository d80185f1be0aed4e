"""What would be read of one file, without reading the rest of a delivery: for ``impact profile``."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from impact_pipeline.errors import SettingsError, SourceFileError
from impact_pipeline.ingest import canonical
from impact_pipeline.ingest.datasets import typed_rows
from impact_pipeline.ingest.files.sources import DATASETS, EXTENSIONS, SourceFile, nearest
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.findings import Findings
from impact_pipeline.ingest.profiles.columns import ColumnsProfile
from impact_pipeline.ingest.profiles.first_rows import headings_of
from impact_pipeline.ingest.profiles.mapped import mapped
from impact_pipeline.ingest.profiles.proposal import Proposal, propose
from impact_pipeline.ingest.profiles.recognition import Profile, load_profiles, read_with_profile
from impact_pipeline.ingest.profiles.supplier_rows import LeftOut, data_rows
from impact_pipeline.ingest.profiles.template import TemplateProfile
from impact_pipeline.ingest.tpt.template import parse
from impact_pipeline.schemas.table import AMOUNT


@dataclass
class Trial:
    """How a file was read: by a profile (or as canonical), its rows as text by dataset, or why it was refused.

    ``row_count``: rows below the header; ``left_out``: those of them that are no data, by reason. ``sums``: the amounts
    of each table added up. ``unread``: headings of the file that nothing reads. ``proposal``: a first profile, for a
    file that nobody knows.
    """

    file: str
    profile_id: str | None = None
    row_count: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    tables: list[TextTable] = field(default_factory=list)
    sums: list[dict[str, Decimal]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    refusal: SourceFileError | None = None
    proposal: Proposal | None = None

    def as_dict(self, sample: int) -> dict[str, Any]:
        """The same as plain values, with the first rows of each table."""
        return {
            "file": self.file,
            "profile_id": self.profile_id,
            "rows": self.row_count,
            "left_out": [{"reason": left.reason, "rows": left.rows} for left in self.left_out],
            "tables": [
                {
                    "dataset": table.dataset,
                    "rows": table.frame.height,
                    "sums": {name: str(total) for name, total in sums.items()},
                    "sample": table.frame.head(sample).to_dicts(),
                }
                for table, sums in zip(self.tables, self.sums, strict=True)
            ],
            "unread": self.unread,
            "refusal": None if self.refusal is None else str(self.refusal),
            "proposal": None if self.proposal is None else self.proposal.profile,
        }


def try_file(path: Path, dataset: str, profiles: Path) -> Trial:
    """Read one file as a run would.

    Raises:
        SettingsError: no dataset can be told, or a kind of file that is not read.
        PolicyFileError: a profile of the policy that is not valid.
    """
    parents = [folder.name for folder in path.resolve().parents]
    dataset = dataset or next((name for name in parents if name in DATASETS), parents[0])
    if dataset not in DATASETS:
        hint = nearest(dataset, DATASETS)
        raise SettingsError(f"{path}: give --dataset, one of {', '.join(DATASETS)}. {hint}".strip())
    file = SourceFile(dataset, path.name, path)
    if file.extension not in EXTENSIONS:
        raise SettingsError(f"{path}: a file of kind {path.suffix!r}; expected one of {', '.join(EXTENSIONS)}")
    trial = Trial(str(path))
    try:
        profile, table = read_with_profile(file, load_profiles(profiles))
        if profile is None or table is None:
            _as_canonical(trial, file)
        else:
            _with_profile(trial, profile, table)
    except SourceFileError as error:
        trial.refusal = error
    return trial


def _with_profile(trial: Trial, profile: Profile, table: TextTable) -> None:
    trial.profile_id = profile.id
    trial.unread = [heading for heading in headings_of(table.file) if heading and not profile.reads(heading)]
    trial.row_count = table.frame.height
    if isinstance(profile, TemplateProfile):
        values = parse(profile, table, ()).frame.get_column("market_value_number")
        trial.tables, trial.sums = [table], [{"market_value": Decimal(values.sum())}]
    elif isinstance(profile, ColumnsProfile):
        data, trial.left_out = data_rows(profile, table)
        trial.tables = [canonical.check_columns(output) for output in mapped(profile, data)]
        trial.sums = [_sums(table) for table in trial.tables]


def _as_canonical(trial: Trial, file: SourceFile) -> None:
    """Read it as a canonical file; when its columns are others, propose a profile."""
    try:
        table = canonical.check_columns(canonical.read_table(file))
    except SourceFileError:
        trial.proposal = propose(file, file.dataset)
        return
    trial.profile_id, trial.tables, trial.row_count = canonical.PROFILE_ID, [table], table.frame.height
    trial.sums = [_sums(table)]


def _sums(table: TextTable) -> dict[str, Decimal]:
    """Each amount added up, to compare with what the supplier says; the first cell that is refused is raised."""
    rows = typed_rows(table.dataset, [table], Findings())
    filled = [series for series in rows if series.dtype == AMOUNT and series.null_count() < rows.height]
    return {series.name: Decimal(series.sum()) for series in filled}
