"""What would be read of one file, without reading the rest of a delivery: for ``impact profile``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impact_pipeline.errors import SettingsError, SourceFileError
from impact_pipeline.ingest import canonical
from impact_pipeline.ingest.datasets import typed_rows
from impact_pipeline.ingest.files.sources import DATASETS, EXTENSIONS, SourceFile, nearest
from impact_pipeline.ingest.files.tables import TextTable
from impact_pipeline.ingest.findings import Findings
from impact_pipeline.ingest.profiles.columns import ColumnsProfile
from impact_pipeline.ingest.profiles.mapped import outputs_of
from impact_pipeline.ingest.profiles.proposal import Proposal, headings_of, propose
from impact_pipeline.ingest.profiles.recognition import Profile, load_profiles, read_with_profile
from impact_pipeline.ingest.profiles.template import TemplateProfile
from impact_pipeline.ingest.tpt.template import parse


@dataclass
class Trial:
    """How a file was read: by a profile (or as canonical), its rows as text by dataset, or why it was refused.

    ``unread``: headings of the file that nothing uses. ``proposal``: a first profile, for a file that nobody knows.
    """

    file: str
    profile_id: str | None = None
    tables: list[TextTable] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    refusal: SourceFileError | None = None
    proposal: Proposal | None = None

    def as_dict(self, sample: int) -> dict[str, Any]:
        """The same as plain values, with the first rows of each table."""
        return {
            "file": self.file,
            "profile_id": self.profile_id,
            "tables": [
                {"dataset": table.dataset, "rows": table.frame.height, "sample": table.frame.head(sample).to_dicts()}
                for table in self.tables
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
    dataset = dataset or path.resolve().parent.name
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
    trial.unread = [heading for heading in headings_of(table.file) if heading and not profile.uses(heading)]
    if isinstance(profile, TemplateProfile):
        parse(profile, table, ())
        trial.tables = [table]
    elif isinstance(profile, ColumnsProfile):
        trial.tables = [canonical.check_columns(output) for output in outputs_of(profile, table)]
        _check(trial.tables)


def _as_canonical(trial: Trial, file: SourceFile) -> None:
    """Read it as a canonical file; when its columns are others, propose a profile."""
    try:
        table = canonical.check_columns(canonical.read_table(file))
    except SourceFileError:
        trial.proposal = propose(file, file.dataset)
        return
    trial.profile_id, trial.tables = canonical.PROFILE_ID, [table]
    _check(trial.tables)


def _check(tables: Sequence[TextTable]) -> None:
    """Types and rules of each table; the first cell that is refused is raised."""
    for table in tables:
        typed_rows(table.dataset, [table], Findings())
