"""``impact show changes``: why a carbon figure moved, as a table with bars and as a chart."""

from pathlib import Path
from typing import TYPE_CHECKING

from impact_pipeline.console import out, parse_month, print_json, print_rows
from impact_pipeline.errors import SettingsError

if TYPE_CHECKING:
    from impact_pipeline.publishing.figures import Figures


def show_changes(
    figures: "Figures",
    portfolio: str | None,
    since: str | None,
    metric: str | None,
    svg: Path | None,
    *,
    as_json: bool,
) -> None:
    """Print the change and write its chart when a file is given."""
    from impact_pipeline.publishing.changes import waterfall
    from impact_pipeline.publishing.waterfall import waterfall_svg

    change = waterfall(
        figures, metric or "financed_emissions", portfolio or "ALL", parse_month(since) if since else None
    )
    if svg is not None:
        if not svg.parent.is_dir():
            raise SettingsError(f"--svg {svg}: the folder {svg.parent} does not exist")
        svg.write_text(waterfall_svg(change), encoding="utf-8")
    if as_json:
        print_json(vars(change))
        return
    print_rows(change.title, change.text_rows())
    if metric in ("economic_intensity", "waci"):
        out.print(
            "Prix : aussi la variation du total couvert du portefeuille, qu'une entrée ou une sortie fait bouger"
            " (docs/explain.md)",
            highlight=False,
            soft_wrap=True,
        )
    if svg is not None:
        out.print(f"chart: {svg}", markup=False, highlight=False)
