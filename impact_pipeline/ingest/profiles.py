"""Supplier profiles: what a supplier's file looks like, as data. Files are recognised by content."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from impact_pipeline.errors import PolicyFileError, SourceFileError
from impact_pipeline.ingest.csv_files import DELIMITERS, decoded, read_csv
from impact_pipeline.ingest.sources import EXTENSIONS, SourceFile, nearest
from impact_pipeline.ingest.tables import TextTable, read_json, read_parquet, read_xlsx
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
    "country",
    "sector",
    "underlying_cic",
    "underlying_name",
    "underlying_issuer_code",
    "sector_nace_2_1",
)
_CONSTANTS = ("portfolio_kind", "ownership_source")
_NUMBER = re.compile(r"^\s*0*(\d+[a-z]?)(?=$|[\s_.\-:])")
_HEADER_LINES = 15


@dataclass(frozen=True)
class Profile:
    """One supplier shape. ``fields`` maps our names to field numbers of the template."""

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

    def uses(self, header: str) -> bool:
        """Whether a column of the file is mapped."""
        return field_number(header) in self.fields.values()


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
    known = [field.name for field in fields(Profile)]
    if not isinstance(content, dict):
        raise PolicyFileError(name, "no keys", "the keys " + ", ".join(known))
    for key in content:
        if key not in known:
            raise PolicyFileError(name, f"key {key!r}", "one of " + ", ".join(known), hint=nearest(str(key), known))
    for key in known:
        if key not in content:
            raise PolicyFileError(name, f"no key {key!r}", "all of " + ", ".join(known))
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
        ("fields", tuple(profile.fields), (*NEEDED_FIELDS, *OTHER_FIELDS)),
        ("constants", tuple(profile.constants), _CONSTANTS),
        ("constants: portfolio_kind", (profile.constants.get("portfolio_kind", ""),), words.PORTFOLIO_KINDS),
    ]
    for key, values, allowed in choices:
        for value in values:
            if value not in allowed:
                expected = "one of " + ", ".join(repr(word) for word in allowed)
                raise PolicyFileError(name, f"{key} {value!r}", expected, hint=nearest(value, allowed))
    missing = [field for field in NEEDED_FIELDS if field not in profile.fields]
    if missing or not profile.signature:
        found = f"no field number for {', '.join(missing)}" if missing else "an empty signature"
        raise PolicyFileError(name, found, "a field number for " + ", ".join(NEEDED_FIELDS) + " and a signature")


def read_with_profile(file: SourceFile, profiles: Sequence[Profile]) -> tuple[Profile | None, TextTable | None]:
    """The first profile whose signature the file carries; and the file's cells, where they were read."""
    fitting = [p for p in profiles if p.dataset == file.dataset and file.extension in p.extensions]
    if not fitting:
        return None, None
    if file.extension == "csv":
        return next(((p, table) for p in fitting if (table := _csv(file, p)) is not None), (None, None))
    table = {"json": read_json, "xlsx": read_xlsx, "parquet": read_parquet}[file.extension](file)
    return next((p for p in fitting if _carries(p, table.frame.columns)), None), table


def _carries(profile: Profile, header: Sequence[str]) -> bool:
    return set(profile.signature) <= {field_number(name) for name in header}


def _csv(file: SourceFile, profile: Profile) -> TextTable | None:
    """Find the header among the first lines (a ``sep=`` line or a title may stand before it)."""
    start = file.data[:100_000].removeprefix(b"\xef\xbb\xbf").decode("latin-1").splitlines()[:_HEADER_LINES]
    for skipped, line in enumerate(start):
        for delimiter in profile.delimiters:
            if line.count(delimiter) + 1 < len(profile.signature):
                continue
            try:
                header = next(csv.reader([line], delimiter=delimiter))
            except (csv.Error, StopIteration):
                continue
            if _carries(profile, header):
                return read_csv(
                    file,
                    decoded(file, profile.encoding),
                    delimiter,
                    skipped,
                    keep=profile.uses,
                )
    return None


def column_of_field(profile: Profile, table: TextTable) -> dict[str, str]:
    """Header of the file for each of our names that the file has; a number used by two columns is refused."""
    by_number: dict[str, str] = {}
    numbers = set(profile.fields.values())
    for header in table.frame.columns:
        number = field_number(header)
        if number in numbers:
            if number in by_number:
                raise SourceFileError(
                    table.file.name,
                    f"field {number} in two columns ({by_number[number]} and {header})",
                    "each field once",
                    column=header,
                )
            by_number[number] = header
    return {name: by_number[number] for name, number in profile.fields.items() if number in by_number}
