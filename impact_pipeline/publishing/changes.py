"""Why a carbon figure moved, for the committee: the figure, nine steps, the figure. In French, from the snapshot."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from impact_pipeline.errors import NotFoundError
from impact_pipeline.publishing.figures import Figures
from impact_pipeline.schemas.vocabulary import CHANGE_EFFECTS, CHANGE_METRICS

EFFECT_LABELS = {
    "restatement": "Données et méthode révisées",
    "entrants": "Lignes entrées",
    "leavers": "Lignes sorties",
    "coverage": "Couverture des données",
    "quantity": "Quantités détenues",
    "price": "Prix",
    "enterprise_value": "Valeur des entreprises",
    "emissions": "Émissions des entreprises",
    "fx": "Taux de change",
}
#: Title, unit, and decimals that are worth showing.
METRIC_LABELS = {
    "financed_emissions": ("Émissions financées", "tCO2e", 0),
    "economic_intensity": ("Empreinte carbone par million d'euros", "tCO2e/M€", 2),
    "waci": ("Intensité carbone moyenne pondérée (WACI)", "tCO2e/M€", 2),
}
_BAR_WIDTH = 24

_PAIRS = """
select distinct totals.from_date, targets.baseline_date
from core.carbon_change_totals as totals
left join policy.targets as targets
    on totals.as_of_date = targets.as_of_date
    and targets.indicator_id = 'portfolio_footprint'
where totals.as_of_date = $month
order by totals.from_date
"""
_TOTALS = """
select from_value, to_value
from core.carbon_change_totals
where as_of_date = $month and from_date = $since and portfolio_id = $portfolio and metric = $metric
"""
_EFFECTS = """
select effect, value
from marts.carbon_changes
where as_of_date = $month and from_date = $since and portfolio_id = $portfolio and metric = $metric
"""


@dataclass(frozen=True)
class Waterfall:
    """A figure at two month ends and the nine effects between them; empty values are unknown."""

    metric: str
    portfolio: str
    from_date: dt.date
    to_date: dt.date
    from_value: Decimal | None
    to_value: Decimal | None
    effects: dict[str, Decimal | None]

    @property
    def title(self) -> str:
        """What moved, whose, between when and when."""
        whose = "" if self.portfolio == "ALL" else f", {self.whose}"
        return f"{METRIC_LABELS[self.metric][0]}{whose} : {self._dates}"

    @property
    def short_title(self) -> str:
        """The same without whose: as wide at most as a chart."""
        return f"{METRIC_LABELS[self.metric][0]} : {self._dates}"

    @property
    def whose(self) -> str:
        """The portfolio in words."""
        return "toute l'entité" if self.portfolio == "ALL" else f"portefeuille {self.portfolio}"

    @property
    def _dates(self) -> str:
        return f"du {self.from_date:%d/%m/%Y} au {self.to_date:%d/%m/%Y}"

    @property
    def unit(self) -> str:
        """Unit of every value."""
        return METRIC_LABELS[self.metric][1]

    def steps(self) -> list[tuple[str, float | None, float, float]]:
        """Label, value, and the two ends of each bar: the figure, the effects one after the other, the figure."""
        level = float(self.from_value or 0)
        rows = [(f"Au {self.from_date:%d/%m/%Y}", _float(self.from_value), 0.0, level)]
        for effect in CHANGE_EFFECTS:
            value = _float(self.effects[effect])
            rows.append((EFFECT_LABELS[effect], value, level, level + (value or 0)))
            level = rows[-1][3]
        return [*rows, (f"Au {self.to_date:%d/%m/%Y}", _float(self.to_value), 0.0, float(self.to_value or 0))]

    def shown(self, value: float | None, *, signed: bool) -> str:
        """A value for people: French decimals, a sign for an effect, a dash for what is not known."""
        if value is None:
            return "–"
        digits = METRIC_LABELS[self.metric][2]
        text = f"{value:{'+' if signed else ''},.{digits}f}".replace(",", " ").replace(".", ",").replace("-", "−")
        return text if any(char in "123456789" for char in text) else text.lstrip("+−")  # no sign on a 0

    def text_rows(self) -> list[dict[str, str]]:
        """The table of the command line, each row with its bar."""
        steps = self.steps()
        ends = [end for _, _, *bar in steps for end in bar]
        lowest, width = min(ends), (max(ends) - min(ends)) or 1.0
        rows = []
        for place, (label, value, start, end) in enumerate(steps):
            left, right = (round((x - lowest) / width * _BAR_WIDTH) for x in sorted((start, end)))
            is_total = place in (0, len(steps) - 1)
            mark = "█" if is_total else "+" if end > start else "−"
            bar = " " * left + mark * max(right - left, 1 if start != end else 0)
            rows.append({"Effet": label, self.unit: self.shown(value, signed=not is_total).rjust(9), "": bar})
        return rows


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def waterfall(
    figures: Figures, metric: str = "financed_emissions", portfolio: str = "ALL", since: dt.date | None = None
) -> Waterfall:
    """The change up to the month of ``figures``; since a year before, else the baseline, else what there is.

    Raises:
        NotFoundError: no such earlier month, portfolio or metric.
    """
    if metric not in CHANGE_METRICS:
        raise NotFoundError(f"metric {metric}: expected one of {', '.join(CHANGE_METRICS)}")
    pairs = figures.query(_PAIRS, month=figures.month)
    known = pairs["from_date"].to_list()
    if not known:
        raise NotFoundError(
            f"{figures.month:%Y-%m} is compared with no month yet: run the month before, the same month a year before"
            " or the baseline month too"
        )
    if since is None:
        year_before = [day for day in known if (day.year, day.month) == (figures.month.year - 1, figures.month.month)]
        since = (year_before or [day for day in known if day == pairs["baseline_date"][0]] or known)[0]
    if since not in known:
        months = ", ".join(f"{day:%Y-%m}" for day in known)
        raise NotFoundError(f"{figures.month:%Y-%m} is not compared with {since:%Y-%m}, only with {months}")
    asked = {"month": figures.month, "since": since, "portfolio": portfolio, "metric": metric}
    totals = figures.query(_TOTALS, **asked)
    if totals.is_empty():
        raise NotFoundError(f"portfolio {portfolio}: it has no line in the perimeter of the footprint on either date")
    effects = dict(figures.query(_EFFECTS, **asked).iter_rows())
    from_value, to_value = totals.row(0)
    return Waterfall(metric, portfolio, since, figures.month, from_value, to_value, effects)
