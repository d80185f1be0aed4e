"""Profiles of kind ``columns``: any table whose headings are mapped to the columns of one dataset or of several.

An issuer vendor's wide file, for instance, describes companies, their emissions and their balance sheets at once.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, model_validator

from impact_pipeline.ingest.canonical import columns_of
from impact_pipeline.ingest.files.spellings import DATE_SHAPES, heading_key
from impact_pipeline.ingest.profiles.shape import Dataset, OneOrMore, Part, Shape, Text, Texts

#: Stands in a proposed profile where somebody has to say something; refused until then.
FILL_IN = "FILL IN"
#: Datasets that a file of holdings may feed besides: they are its month's, like those of a Tripartite Template.
COMPANIONS = ("portfolios", "issuers", "ownership")


def _date_shape(text: str) -> str:
    if text not in DATE_SHAPES:
        raise ValueError("one of " + ", ".join(DATE_SHAPES))
    return text


DateShape = Annotated[str, AfterValidator(_date_shape)]


def _power(text: str) -> str:
    if text == FILL_IN:
        raise ValueError(f"a factor in place of {FILL_IN!r}, such as 1000 where cells are in thousands")
    Fraction(text)  # raises ValueError or ZeroDivisionError
    if Fraction(text) == 0:
        raise ValueError("another factor than 0")
    return text


#: A factor as text: ``1000``, ``0.01``, ``44000/12``. Applied exactly.
Factor = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?(/[0-9]+)?$"), BeforeValidator(_power)]


class FactorBy(Part):
    """A factor that another cell of the row decides, e.g. a unit: ``{header: Unit, values: {kt: "1000", t: "1"}}``.

    An empty factor says that such a cell is another figure and says nothing here: one column for pieces and nominals
    is a quantity by ``{STK: "1", EUR: ""}`` and a nominal amount by ``{STK: "", EUR: "1"}``.
    """

    header: Text
    values: Annotated[dict[str, Factor | Literal[""]], Field(min_length=1)]


class Source(Part):
    """Where a column of ours comes from, and how its cells are to be read. A text alone is a heading.

    Exactly one of: ``header`` (a heading, or several spellings of which a file has one), ``constant``, ``join`` (cells
    of several headings put together with ``-``), ``heading_line`` (the cell behind this label in the lines above the
    header), ``file_name`` (a regular expression with one group), ``row_number``.

    ``factor`` and ``factor_by`` turn the supplier's unit and sign into ours (figures in thousands: ``factor: "1000"``;
    in percent where ours are ratios: ``factor: "0.01"``). ``add`` names columns whose numbers, where they are filled,
    are added to those of ``header`` (accrued interest to a clean value). ``suffix``: texts behind a number that may be
    left out (``EUR``). ``values`` translates words; a word that is not in it is
    refused unless ``other_values`` says what it becomes (an empty text: unknown). ``optional``: files may lack the
    column. ``default`` stands for an empty cell (and for a file name without match), ``countries`` turns three-letter
    codes into ours and what is no country into unknown. ``prefix`` is put before every cell that is not empty.
    ``number_repeats``: in a key, rows that would have the same one get ``-2``, ``-3`` (the same security in two lots).
    """

    header: OneOrMore = ()
    constant: Text | None = None
    join: tuple[Text, ...] = ()
    heading_line: Text | None = None
    file_name: Text | None = None
    row_number: StrictBool = False
    factor: Factor = "1"
    factor_by: FactorBy | None = None
    add: OneOrMore = ()
    suffix: OneOrMore = ()
    values: dict[str, str] = Field(default_factory=dict)
    other_values: str | None = None
    default: Text | None = None
    countries: Literal["alpha_3"] | None = None
    dates: tuple[DateShape, ...] = ()
    prefix: Text | None = None
    optional: StrictBool = False
    number_repeats: StrictBool = False

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = (self.header, self.constant, self.join, self.heading_line, self.file_name, self.row_number)
        if sum(map(bool, origins)) != 1:
            raise ValueError("exactly one of header, constant, join, heading_line, file_name, row_number")
        if self.add and not self.header:
            raise ValueError("add only beside a header")
        if FILL_IN in (self.constant, *self.values.values()):
            raise ValueError(f"a value in place of {FILL_IN!r}")
        if self.file_name is not None and re.compile(self.file_name).groups != 1:
            raise ValueError("a regular expression with one group in round brackets")
        return self


def _source(value: Any) -> Any:
    return {"header": (value,)} if isinstance(value, str) else value


ColumnSource = Annotated[Source, BeforeValidator(_source)]


class Unpivot(Part):
    """Columns of one meaning side by side (one a year, one a currency): each cell becomes a row.

    ``headings`` is a regular expression for the whole heading; what its group (or all of it) says goes into our column
    ``names_to``, translated by ``names``, the cell into ``values_to``. Empty cells make no row.
    """

    headings: Text
    names_to: Text
    values_to: Text
    names: dict[str, str] = Field(default_factory=dict)
    factor: Factor = "1"


class Output(Part):
    """Rows that a file gives to one dataset: our columns, and which rows count.

    ``where`` keeps rows whose cell under a heading is one of the words. ``needs`` names columns of ours without which a
    row says nothing to this dataset. ``distinct``: rows that say the same are taken once (the company of each line of a
    list of assets); rows of one key that differ are refused.
    """

    dataset: Dataset
    columns: dict[str, ColumnSource]
    unpivot: Unpivot | None = None
    where: dict[Text, Texts] = Field(default_factory=dict)
    needs: tuple[Text, ...] = ()
    distinct: StrictBool = False

    @model_validator(mode="after")
    def _known_columns(self) -> Self:
        known = [column.name for column in columns_of(self.dataset)]
        named = [*self.columns, *self.needs, *((self.unpivot.names_to, self.unpivot.values_to) if self.unpivot else ())]
        strange = [name for name in named if name not in known]
        if strange:
            raise ValueError(f"columns of {self.dataset}; it has no {strange[0]}")
        return self


class SkippedRow(Part):
    """Rows that are no data: their cell under ``header`` is empty or starts with one of the words."""

    header: Text
    starts_with: tuple[Text, ...] = ()
    empty: StrictBool = False


class TotalRow(Part):
    """A row that the supplier adds up: checked against the rows above, then left out.

    ``header`` and ``starts_with`` find it; the cells under each heading of ``sums`` must equal the sum of the data rows
    above (for ``subtotal``: since the last one), but for ``tolerance`` in the unit of the file. ``required``: a file
    without such a row was cut.
    """

    header: Text
    starts_with: Texts
    sums: Texts
    subtotal: StrictBool = False
    required: StrictBool = False
    tolerance: Factor = "0.01"


class GroupRows(Part):
    """Rows that name what the rows below them are (``Aktien``, ``Obligations``), and hold nothing else.

    ``header``: the column they stand in. ``name``: the heading under which the rows below have their text. ``words``:
    all texts such a row may have; a row with another text alone is refused, since it may be a line without its value.
    """

    header: Text
    name: Text
    words: Texts


class ColumnsProfile(Shape):
    """Any table with headings. ``signature`` lists headings that tell the file from others.

    ``files`` narrows it to file names (globs). ``header_row`` is found by content among the first lines. ``footer``
    lists starts of lines behind the table. ``explode`` names the lists of a nested JSON file whose items are rows.
    ``sheet`` is the sheet of a workbook, when it is neither the only one nor named as the dataset. ``header_rows: 2``:
    the row above the header groups its columns, and headings are both together (``Market value EUR``).
    """

    kind: Literal["columns"]
    files: tuple[Text, ...] = ()
    dates: Annotated[tuple[DateShape, ...], Field(min_length=1)] = ("yyyy-mm-dd",)
    sheet: Text | None = None
    explode: tuple[Text, ...] = ()
    footer: tuple[Text, ...] = ()
    skip: tuple[SkippedRow, ...] = ()
    totals: tuple[TotalRow, ...] = ()
    header_rows: Literal[1, 2] = 1
    group_rows: GroupRows | None = None
    max_header_line: Annotated[StrictInt, Field(ge=1, le=100)] = 15
    outputs: Annotated[tuple[Output, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _no_guess_of_dates(self) -> Self:
        for dates in (self.dates, *(source.dates for out in self.outputs for source in out.columns.values())):
            if {"dd/mm/yyyy", "mm/dd/yyyy"} <= set(dates):
                raise ValueError("one of dd/mm/yyyy and mm/dd/yyyy: 03/04/2024 would have two readings")
        return self

    @model_validator(mode="after")
    def _fitting_outputs(self) -> Self:
        fed = [output.dataset for output in self.outputs]
        if self.dataset == "holdings":
            if fed.count("holdings") != 1 or set(fed) - {"holdings", *COMPANIONS}:
                raise ValueError("one output for holdings, others only for " + ", ".join(COMPANIONS))
        elif "holdings" in fed:
            raise ValueError("no output for holdings: such files belong into the folder holdings")
        return self

    def uses(self, heading: str) -> bool:
        """Whether a column of the file is read, or tells the file from others."""
        return self.reads(heading) or heading_key(heading) in map(heading_key, self.signature)

    def reads(self, heading: str) -> bool:
        """Whether a column of the file says something to an output, or which rows are data."""
        return heading_key(heading) in self._headings or any(pattern.fullmatch(heading) for pattern in self._unpivoted)

    def missing(self, header: Sequence[str]) -> list[str]:
        """Headings of the signature that a header lacks."""
        found = {heading_key(name) for name in header}
        return [heading for heading in self.signature if heading_key(heading) not in found]

    def gap(self, missing: Sequence[str]) -> tuple[str, str]:
        """What a refusal says was found and expected when these headings are missing."""
        named = ", ".join(repr(heading) for heading in missing)
        return f"no column {named}", f"the columns of {self.title}"

    @cached_property
    def _headings(self) -> set[str]:
        """Keys of all headings that are read."""
        named = [rule.header for rule in self.skip] + ([self.group_rows.header] if self.group_rows else [])
        named += [heading for total in self.totals for heading in (total.header, *total.sums)]
        for output in self.outputs:
            named += output.where
            for source in output.columns.values():
                named += [*source.header, *source.add, *source.join]
                named += [source.factor_by.header] if source.factor_by else []
        return {heading_key(heading) for heading in named}

    @cached_property
    def _unpivoted(self) -> list[re.Pattern[str]]:
        return [re.compile(output.unpivot.headings) for output in self.outputs if output.unpivot]
