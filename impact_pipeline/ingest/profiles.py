"""Supplier profiles: what a supplier's file looks like, as data. Files are recognised by content."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from impact_pipeline.errors import PolicyFileError, SourceFileError
from impact_pipeline.ingest.csv_files import DELIMITERS, decoded, read_csv
from impact_pipeline.ingest.sources import EXTENSIONS, SourceFile, nearest
from impact_pipeline.ingest.tables import HEADER_LINES, TextTable, read_json, read_parquet, read_xlsx
from impact_pipeline.schemas import vocabulary as words
from impact_pipeline.settings import REPOSITORY

SHIPPED = REPOSITORY / "data" / "demo" / "policy" / "profiles" / "tpt.yaml"

#: Names that a profile of kind ``tpt`` maps to field numbers; the first seven must be mapped.
NEEDED_FIELDS = (
    "portfolio_id",
    "portfolio_currency",
    "net_asset_value",
    "valuation_date",
    "instrument_code",
    "market_value",
    "cic",
)
OTHER_FIELDS = (
    "portfolio_name",
    "reporting_date",
    "instrument_code_type",
    "grouping_code",
    "instrument_name",
    "quantity",
    "nominal_amount",
    "quotation_currency",
    "market_value_quotation",
    "weight",
    "issuer_name",
    "issuer_code",
    "issuer_code_type",
    "group_name",
    "group_code",
    "group_code_type",
    "country",
    "sector",
    "underlying_cic",
    "underlying_code",
    "underlying_code_type",
    "underlying_name",
    "underlying_issuer_name",
    "underlying_issuer_code",
    "underlying_issuer_code_type",
    "underlying_group_code",
    "embedded_portfolio",
    "asset_category",
    "sector_nace_2_1",
)
_CONSTANTS = ("portfolio_kind", "ownership_source")
_NUMBER = re.compile(r"^\s*0*(\d+[a-z]?)(?=$|[\s_.\-:])")


@dataclass(frozen=True)
class Profile:
    """One supplier shape. ``fields`` maps our names to field numbers of the template.

    ``thousands`` is the mark between thousands of a number, nothing when there is none. ``headers`` maps headers that
    carry no field number to one; letter case and everything but letters and digits do not matter there.
    """

    id: str
    title: str
    kind: str
    dataset: str
    extensions: tuple[str, ...]
    encoding: str
    delimiters: tuple[str, ...]
    decimal: str
    signature: tuple[str, ...]
    fields: Mapping[str, str]
    unknown: tuple[str, ...]
    constants: Mapping[str, str]
    thousands: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def uses(self, header: str) -> bool:
        """Whether a column of the file is mapped."""
        return self.number_of(header) in self.fields.values()

    def number_of(self, header: str) -> str | None:
        """Field number of a header: the one it starts with, else the one of its name."""
        return field_number(header) or self._numbers.get(_plain(header))

    @cached_property
    def _numbers(self) -> dict[str, str]:
        return {_plain(header): number for header, number in self.headers.items()}

    def missing(self, header: Sequence[str]) -> list[str]:
        """Field numbers of the signature that a header lacks."""
        found = {self.number_of(name) for name in header}
        return [number for number in self.signature if number not in found]


def _plain(header: str) -> str:
    return re.sub(r"[^a-z0-9]", "", header.lower())


def field_number(header: str) -> str | None:
    """Leading field number of a template header: ``12_CIC_code...``, ``0012``, ``8b_Total...``."""
    match = _NUMBER.match(header)
    return match[1] if match else None


def load_profiles(folder: Path | None) -> list[Profile]:
    """Profiles of the policy folder in file order, then the shipped one unless the folder has that id."""
    paths = sorted(folder.glob("*.y*ml")) if folder is not None and folder.is_dir() else []
    profiles = [_load(path) for path in paths if not path.name.startswith(".")]
    if all(profile.id != SHIPPED.stem for profile in profiles):
        profiles.append(_load(SHIPPED))
    return profiles


def _load(path: Path) -> Profile:
    name = f"profiles/{path.name}"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise PolicyFileError(
            name, "text that is not YAML", "a supplier profile", row=mark.line + 1 if mark else None
        ) from None
    known = [item.name for item in fields(Profile)]
    if not isinstance(content, dict):
        raise PolicyFileError(name, "no keys", "the keys " + ", ".join(known))
    for key in content:
        if key not in known:
            raise PolicyFileError(name, f"key {key!r}", "one of " + ", ".join(known), hint=nearest(str(key), known))
    needed = [item.name for item in fields(Profile) if item.default is item.default_factory is MISSING]
    for key in needed:
        if key not in content:
            raise PolicyFileError(name, f"no key {key!r}", "all of " + ", ".join(needed))
    profile = Profile(**{key: _frozen(value) for key, value in content.items()})
    _check(name, profile)
    return profile


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    if isinstance(value, dict):
        return {str(key): str(item) for key, item in value.items()}
    return str(value)


def _check(name: str, profile: Profile) -> None:
    choices: list[tuple[str, Sequence[str], Sequence[str]]] = [
        ("kind", (profile.kind,), ("tpt",)),
        ("dataset", (profile.dataset,), ("holdings",)),
        ("extensions", profile.extensions, EXTENSIONS),
        ("encoding", (profile.encoding,), ("utf-8", "cp1252", "iso-8859-1")),
        ("delimiters", profile.delimiters, tuple(DELIMITERS)),
        ("decimal", (profile.decimal,), (".", ",")),
        ("thousands", (profile.thousands,), [mark for mark in ("", ".", ",", " ", "'") if mark != profile.decimal]),
        ("fields", tuple(profile.fields), (*NEEDED_FIELDS, *OTHER_FIELDS)),
        ("constants", tuple(profile.constants), _CONSTANTS),
        ("constants: portfolio_kind", (profile.constants.get("portfolio_kind", ""),), words.PORTFOLIO_KINDS),
    ]
    for key, values, allowed in choices:
        for value in values:
            if value not in allowed:
                expected = "one of " + ", ".join(repr(word) for word in allowed)
                raise PolicyFileError(name, f"{key} {value!r}", expected, hint=nearest(value, allowed))
    for header, number in profile.headers.items():
        if field_number(number) != number:
            raise PolicyFileError(name, f"headers {header!r}: {number!r}", "a field number of the template")
    missing = [needed for needed in NEEDED_FIELDS if needed not in profile.fields]
    if missing or not profile.signature:
        found = f"no field number for {', '.join(missing)}" if missing else "an empty signature"
        raise PolicyFileError(name, found, "a field number for " + ", ".join(NEEDED_FIELDS) + " and a signature")


def read_with_profile(file: SourceFile, profiles: Sequence[Profile]) -> tuple[Profile | None, TextTable | None]:
    """The first profile whose signature the file carries; and the file's cells, where they were read.

    Raises:
        SourceFileError: the file cannot be read, or has most fields of a profile's signature but not all.
    """
    fitting = [p for p in profiles if p.dataset == file.dataset and file.extension in p.extensions]
    if not fitting:
        return None, None
    if file.extension == "csv":
        found = next(((p, table) for p in fitting if (table := _csv(file, p)) is not None), None)
        if found is None:
            for candidate in fitting:
                for _, _, header in _first_lines(file, candidate):
                    _refuse_nearly(file, candidate, header)
        return found or (None, None)
    if file.extension == "xlsx":
        # a title may stand above the header; without a profile's header the first row is the header
        table = read_xlsx(file, lambda cells: any(not p.missing(cells) for p in fitting))
    else:
        table = {"json": read_json, "parquet": read_parquet}[file.extension](file)
    profile = next((p for p in fitting if not p.missing(table.frame.columns)), None)
    if profile is None:
        for candidate in fitting:
            _refuse_nearly(file, candidate, table.frame.columns)
    return profile, table


def _refuse_nearly(file: SourceFile, profile: Profile, header: Sequence[str]) -> None:
    """Refuse a header with most fields of the signature: it is of that supplier, and a field was left out."""
    missing = profile.missing(header)
    if 0 < len(missing) * 2 < len(profile.signature):
        what = {number: name.replace("_", " ") for name, number in profile.fields.items()}
        found = "field " + ", ".join(missing) + " missing"
        expected = "a column for " + ", ".join(f"{number} ({what.get(number, 'signature')})" for number in missing)
        raise SourceFileError(file.name, found, expected, hint="Ask the supplier for the whole template")


def _first_lines(file: SourceFile, profile: Profile) -> Iterator[tuple[int, str, list[str]]]:
    """Place, delimiter and cells of what may be the header (a ``sep=`` line or a title may stand before it)."""
    start = file.data[:100_000].removeprefix(b"\xef\xbb\xbf").decode("latin-1").splitlines()[:HEADER_LINES]
    for skipped, line in enumerate(start):
        for delimiter in profile.delimiters:
            if line.count(delimiter) * 2 < len(profile.signature):
                continue
            try:
                yield skipped, delimiter, next(csv.reader([line], delimiter=delimiter))
            except (csv.Error, StopIteration):
                continue


def _csv(file: SourceFile, profile: Profile) -> TextTable | None:
    for skipped, delimiter, header in _first_lines(file, profile):
        if not profile.missing(header):
            return read_csv(file, decoded(file, profile.encoding), delimiter, skipped, keep=profile.uses)
    return None


def column_of_field(profile: Profile, table: TextTable) -> dict[str, str]:
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
