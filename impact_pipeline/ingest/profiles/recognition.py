"""Supplier profiles: loaded from the policy, and which of them fits a file. Files are recognised by content."""

import csv
import fnmatch
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import polars as pl

from impact_pipeline.errors import PolicyFileError, SourceFileError
from impact_pipeline.ingest.files.csv_bytes import check_lines, encoding_of
from impact_pipeline.ingest.files.csv_files import peek, read_csv
from impact_pipeline.ingest.files.json_files import read_json
from impact_pipeline.ingest.files.sources import SourceFile, nearest
from impact_pipeline.ingest.files.spellings import field_number
from impact_pipeline.ingest.files.tables import HEADER_LINES, TextTable, check_kind, header_names, read_parquet
from impact_pipeline.ingest.files.workbooks import header_place, picked, sheets_of, table_below
from impact_pipeline.ingest.policy.strict_yaml import Document, parse, read_documents
from impact_pipeline.ingest.profiles.columns import ColumnsProfile
from impact_pipeline.ingest.profiles.template import TemplateProfile
from impact_pipeline.settings import REPOSITORY

Profile = TemplateProfile | ColumnsProfile

#: Profiles that come with the program; a policy's own profile of the same id takes the place of one.
SHIPPED = REPOSITORY / "data" / "demo" / "policy" / "profiles"
_KINDS: dict[str, type[TemplateProfile] | type[ColumnsProfile]] = {"tpt": TemplateProfile, "columns": ColumnsProfile}
_WORKBOOKS = ("xlsx", "xls", "ods")


def load_profiles(folder: Path | None) -> list[Profile]:
    """Profiles of the policy folder in file order, then the shipped ones whose ids the folder does not have."""
    own = [profile for path in _files(folder) for profile in _load(path)]
    _check_ids(own)
    if folder is not None and folder.resolve() == SHIPPED.resolve():
        return own
    taken = {profile.id for profile in own}
    shipped = [profile for path in _files(SHIPPED) for profile in _load(path)]
    return own + [profile for profile in shipped if profile.id not in taken]


def _files(folder: Path | None) -> list[Path]:
    found = sorted(folder.glob("*.y*ml")) if folder is not None and folder.is_dir() else []
    return [path for path in found if not path.name.startswith(".")]


def _load(path: Path) -> list[Profile]:
    name = f"profiles/{path.name}"
    documents = read_documents(path, name)
    if not documents:
        raise PolicyFileError(name, "an empty file", "a supplier profile")
    return [_parsed(document) for document in documents]


def _parsed(document: Document) -> Profile:
    if not isinstance(document.value, dict):
        document.fail((), "no keys", "the keys of a supplier profile")
    kind = document.value.get("kind")
    if kind not in _KINDS:
        found = "no kind" if kind is None else f"kind {kind!r}"
        document.fail(("kind",), found, "kind: " + " or ".join(_KINDS), hint=nearest(str(kind), _KINDS))
    return parse(_KINDS[kind], document)


def _check_ids(profiles: Sequence[Profile]) -> None:
    seen: set[str] = set()
    for profile in profiles:
        if profile.id in seen:
            raise PolicyFileError("profiles/", f"two profiles with the id {profile.id}", "each id once")
        seen.add(profile.id)


def read_with_profile(file: SourceFile, profiles: Sequence[Profile]) -> tuple[Profile | None, TextTable | None]:
    """The first profile whose signature the file carries; and the file's cells, where they were read.

    Raises:
        SourceFileError: the file cannot be read, or has most of a profile's signature but not all.
    """
    check_kind(file)
    if file.extension == "csv":
        check_lines(file)
    fitting = [p for p in profiles if _may_fit(file, p)]
    peeked = _Peeked(file)
    for profile in fitting:
        table = _read(peeked, profile)
        if table is not None:
            return profile, table
    for profile in fitting:
        _refuse_nearly(peeked, profile)
    return None, None


def peeked_dates(file: SourceFile, profiles: Sequence[Profile]) -> list[str | None]:
    """Distinct valuation dates of a template in CSV, cheaply and without checks; none when that cannot be done."""
    fitting = [p for p in profiles if file.extension == "csv" and _may_fit(file, p)]
    headers = ((p, found) for p in fitting for found in _first_lines(file, p) if not p.missing(found[2]))
    profile, (skipped, delimiter, header) = next(headers, (None, (0, "", [])))
    if not isinstance(profile, TemplateProfile):
        return []
    places = [place for place, name in enumerate(header) if profile.is_date(name)]
    return (peek(file, places[0], delimiter, skipped) or []) if len(places) == 1 else []


class _Peeked:
    """What is needed to recognise a file, read once however many profiles are tried on it."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self._records: dict[tuple[str, ...] | None, TextTable] = {}

    @cached_property
    def _sheets(self) -> dict[str, pl.DataFrame]:
        return sheets_of(self.file)

    def sheet(self, name: str | None) -> pl.DataFrame | None:
        """Cells of the workbook's sheet of that name or named as the dataset, or of its only one; nothing else."""
        return picked(self._sheets, name or self.file.dataset)

    def records(self, explode: tuple[str, ...] | None) -> TextTable:
        """Records of a JSON file, nested ones flattened."""
        if explode not in self._records:
            self._records[explode] = read_json(self.file, explode)
        return self._records[explode]

    @cached_property
    def parquet_columns(self) -> list[str]:
        """Names of a Parquet file's columns, from its footer; none when it cannot be read, which its reader says."""
        try:
            return list(pl.read_parquet_schema(io.BytesIO(self.file.data)))
        except (pl.exceptions.PolarsError, OSError, ValueError):
            return []


def _may_fit(file: SourceFile, profile: Profile) -> bool:
    if profile.dataset != file.dataset or file.extension not in profile.extensions:
        return False
    globs = profile.files if isinstance(profile, ColumnsProfile) else ()
    name = file.name.rsplit("/", 1)[-1].lower()
    return not globs or any(fnmatch.fnmatchcase(name, glob.lower()) for glob in globs)


def _read(peeked: _Peeked, profile: Profile) -> TextTable | None:
    """The file's cells when its header carries the profile's signature."""
    file, columns = peeked.file, profile if isinstance(profile, ColumnsProfile) else None
    if file.extension == "csv":
        for skipped, delimiter, header in _first_lines(file, profile):
            if not profile.missing(header):
                encoding = encoding_of(file, profile.encoding)
                footer = columns.footer if columns else ()
                return read_csv(file, encoding, delimiter, skipped, profile.uses, footer, profile.header_rows)
        return None
    if file.extension in _WORKBOOKS:
        # a title may stand above the header; without a profile's header the first row is the header
        sheet = peeked.sheet(columns.sheet if columns else None)
        if sheet is None:
            return None
        place = header_place(sheet, lambda cells: not profile.missing(cells), profile.header_rows)
        return None if place is None else table_below(file, sheet, place, profile.uses, profile.header_rows)
    if file.extension == "json":
        table = peeked.records(columns.explode if columns else None)
        return table if not profile.missing(table.frame.columns) else None
    return None if profile.missing(peeked.parquet_columns) else read_parquet(file, keep_types=False)


def _refuse_nearly(peeked: _Peeked, profile: Profile) -> None:
    """Refuse a header with most of the signature: it is of that supplier, and a column was left out."""
    file = peeked.file
    if file.extension == "csv":
        headers = [header for _, _, header in _first_lines(file, profile)]
    elif file.extension in _WORKBOOKS:
        sheet = peeked.sheet(profile.sheet if isinstance(profile, ColumnsProfile) else None)
        headers = [] if sheet is None else [[cell or "" for cell in row] for row in sheet.head(1).iter_rows()]
    elif file.extension == "json":
        headers = [peeked.records(()).frame.columns]
    else:
        headers = [peeked.parquet_columns]
    for header in headers:
        missing = profile.missing(header)
        if 0 < len(missing) * 2 < len(profile.signature):
            found, expected = profile.gap(missing)
            named = nearest(missing[0], [heading for heading in header if heading not in profile.signature])
            hint = f"{named} Change the signature of the profile, or ask the supplier for the whole file".strip()
            raise SourceFileError(file.name, found, expected, hint=hint)


def _first_lines(file: SourceFile, profile: Profile) -> Iterator[tuple[int, str, list[str]]]:
    """Place, delimiter and cells of what may be the header (a ``sep=`` line or a title may stand before it)."""
    lines = profile.max_header_line if isinstance(profile, ColumnsProfile) else HEADER_LINES
    start = file.data[:100_000].removeprefix(b"\xef\xbb\xbf")
    text = _top(start, profile.encoding)
    tops = text.splitlines()[:lines]
    for skipped, line in enumerate(tops):
        for delimiter in profile.delimiters:
            if line.count(delimiter) * 2 < len(profile.signature):
                continue
            with suppress(csv.Error, StopIteration):
                header = next(csv.reader([line], delimiter=delimiter))
                above = list(csv.reader(tops[:skipped][-1:], delimiter=delimiter)) if profile.header_rows == 2 else []
                yield skipped, delimiter, header_names(above, header, profile.header_rows)


def _top(start: bytes, encodings: Sequence[str]) -> str:
    """The first bytes as text; the last of them may be half of a character."""
    for encoding in encodings[:-1]:
        with suppress(UnicodeDecodeError):
            return start[: start.rfind(b"\n") + 1 or None].decode(encoding)
    return start.decode(encodings[-1], "replace")


def column_of_field(profile: TemplateProfile, table: TextTable) -> dict[str, str]:
    """Header of the file for each of our names that the file has; a number used by two columns is refused.

    A header without a number counts only where no other has the number of its field.
    """
    headers = table.frame.columns
    numbered = [(header, number) for header in headers if (number := field_number(header)) is not None]
    taken = {number for _, number in numbered}
    named = [(header, number) for header in headers if (number := profile.number_of(header)) not in taken]
    by_number: dict[str, str] = {}
    for header, number in [*numbered, *named]:
        if number is None or number not in profile.fields.values():
            continue
        if number in by_number:
            raise SourceFileError(
                table.file.name,
                f"field {number} in two columns ({by_number[number]} and {header})",
                "each field once",
                column=header,
            )
        by_number[number] = header
    return {name: by_number[number] for name, number in profile.fields.items() if number in by_number}
