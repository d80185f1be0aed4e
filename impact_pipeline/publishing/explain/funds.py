"""What funds declare of themselves behind their lines: the row of the template, and its cells."""

from impact_pipeline.publishing.explain.sources import Row, cell
from impact_pipeline.publishing.explain.store import MonthRows

_DECLARED = """
select biggest.place, declarations.*
from biggest
inner join core.fund_declared_positions as positions using (portfolio_id, line_id, lookthrough_path)
inner join staging.fund_declarations as declarations
    on positions.as_of_date = declarations.as_of_date
    and positions.source_file_id = declarations.source_file_id
    and positions.source_row = declarations.source_row
where positions.as_of_date = $month and positions.declared_status = 'covered'
"""


class FundDeclarations:
    """Declarations behind the rows of the table ``biggest`` of a month."""

    def __init__(self, month: MonthRows) -> None:
        self.month = month
        self._rows = {row["place"]: row for row in month.rows(_DECLARED)}

    def cells(self, place: int, scopes: str, *, is_waci: bool) -> list[Row]:
        """The declared figures of the scopes with their coverage; none when the line has no declaration that counts."""
        row = self._rows.get(place)
        if row is None:
            return []
        name, unit = ("ghg_intensity", "tCO2e/MEUR CA") if is_waci else ("carbon_footprint", "tCO2e/MEUR")
        # scope 3 alone is the difference of the two figures
        wanted = {"1_2": ("1_2",), "3": ("1_2_3", "1_2")}.get(scopes, ("1_2_3",))
        return [
            cell(
                self.month, "déclaration du fonds (EET)", row, column, row[column], column_unit,
                source=row["source"], known_from=row["known_from"], reference_date=row["reference_date"],
            )
            for scope in wanted
            for column, column_unit in (
                (f"{name}_scope_{scope}_tco2e_per_meur", unit),
                (f"{name}_scope_{scope}_coverage_ratio", ""),
            )
        ]  # fmt: skip
