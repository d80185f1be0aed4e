"""``impact explain``: a figure walked back to formula, parts, biggest contributors and source cells."""

from typing import Annotated

import typer

from impact_pipeline.console import HomeOption, JsonOption, MonthOption, out, parse_month, print_json
from impact_pipeline.errors import NotFoundError
from impact_pipeline.settings import Settings


def explain(
    figure: Annotated[
        str,
        typer.Argument(
            metavar="FIGURE",
            help="An indicator (portfolio_footprint), or a column of a mart: "
            "portfolio_carbon.COLUMN[:PERIMETER[:SCOPES]], sovereign_carbon.COLUMN[:LULUCF], "
            "investment_shares.INDICATOR[:CODE].",
        ),
    ],
    month: MonthOption,
    portfolio: Annotated[str, typer.Option(help="Portfolio; default the whole entity.")] = "ALL",
    top: Annotated[int, typer.Option(min=1, help="How many contributors are named; the others are one line.")] = 10,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Walk a figure back: formula with its numbers, method, coverage, biggest contributors, cells of the files."""
    from impact_pipeline.publishing.explain.answer import explain as walk_back
    from impact_pipeline.publishing.explain.page import page

    readers, day = Settings.load(home=home).readers, parse_month(month)
    if not readers.exists():
        raise NotFoundError(f"{readers} does not exist; run `impact run --month {month}` first")
    answer = walk_back(readers, day, figure, portfolio, top)
    if as_json:
        print_json(answer)
        return
    out.print("\n".join(page(answer)), markup=False, highlight=False, soft_wrap=True)
