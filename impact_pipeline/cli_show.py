"""``impact show``: tables of a month from the readers' snapshot."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Grid

from impact_pipeline.cli_changes import show_changes
from impact_pipeline.console import (
    HomeOption,
    JsonOption,
    MonthOption,
    number,
    out,
    parse_month,
    print_json,
    print_rows,
)
from impact_pipeline.errors import SettingsError
from impact_pipeline.settings import Settings

if TYPE_CHECKING:
    from impact_pipeline.publishing.figures import Figures


def show(
    month: MonthOption,
    what: Annotated[
        str,
        typer.Argument(
            help="indicators, breaches, carbon, physical, sovereign, changes, shares, resolutions, rejected, ..."
        ),
    ] = "indicators",
    portfolio: Annotated[str | None, typer.Option(help="Portfolio; default the whole entity.")] = None,
    since: Annotated[str | None, typer.Option(help="changes: earlier month; default a year before.")] = None,
    metric: Annotated[
        str | None, typer.Option(help="changes: financed_emissions (default), economic_intensity or waci.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="changes: also write the waterfall chart to this file.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a table of a month from the readers' snapshot."""
    from impact_pipeline.publishing.figures import VIEWS, Figures

    if what not in (*VIEWS, "changes"):
        raise SettingsError(f"show {what!r}: expected one of {', '.join(sorted((*VIEWS, 'changes')))}")
    if what != "changes" and (since or metric or svg):
        raise SettingsError(f"show {what}: --since, --metric and --svg go with changes")
    if portfolio and what in ("indicators", "rejected", "resolutions", "corrections"):
        raise SettingsError(
            f"show {what}: it is about the whole entity; --portfolio goes with breaches, carbon or shares"
        )
    figures = Figures(Settings.load(home=home).readers, parse_month(month))
    if what == "changes":
        show_changes(figures, portfolio, since, metric, svg, as_json=as_json)
        return
    rows = figures.view(what, portfolio)
    if as_json:
        print_json(rows.to_dicts())
    elif what == "indicators":
        print_indicators(figures)
    else:
        kept = [name for name in rows.columns if name != "as_of_date"]
        print_rows(f"{what} {month}", rows.select(kept).to_dicts())


def print_indicators(figures: "Figures") -> None:
    """The committee's table of the month."""
    known = figures.known_as_of
    title = f"Indicateurs de mission au {figures.month:%d/%m/%Y}" + (f", connus au {known:%d/%m/%Y}" if known else "")
    grid = Grid(title=title, title_justify="left", show_lines=True)
    grid.add_column("Indicateur", ratio=1, min_width=24)
    for name in ("Valeur", "Numérateur", "Dénominateur", "Couverture", "Référence", "Évolution", "Cible"):
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("État", no_wrap=True)
    for row in figures.view("indicators").to_dicts():
        percent = row["unit"] == "ratio"
        is_change = row["indicator_id"] == "portfolio_footprint_change"
        grid.add_row(
            f"{row['label_fr']} ({row['indicator_id']})",
            number(row["value"], percent) + ("" if percent or row["value"] is None else f" {row['unit']}"),
            number(row["numerator"]),
            number(row["denominator"]),
            number(row["coverage_ratio"], percent=True),
            number(row["baseline_value"], percent and not is_change),
            number(row["change_ratio"], percent=True),
            number(row["target_value"], percent) + (f" ({row['target_date']:%Y})" if row["target_date"] else ""),
            row["status"],
        )
    out.print(grid)
