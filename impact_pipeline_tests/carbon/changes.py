"""Two months written as input files, and the effects between them read back from the public tables."""

import datetime as dt

from impact_pipeline_tests.builders import compute, emissions, financials, line, write_csv, write_inputs

BEFORE, AFTER = "2023-12", "2024-12"
DAYS = {BEFORE: dt.date(2023, 12, 31), AFTER: dt.date(2024, 12, 31)}
KNOWN = {BEFORE: "2024-04-01", AFTER: "2025-04-01"}


def held(month, line_id, **given):
    """A line of portfolio P at a month end."""
    return line(line_id, **{"as_of_date": f"{DAYS[month]:%Y-%m-%d}", "asset_class": "listed_equity", **given})


def issuer(name, month, tonnes, *, currency="EUR", **balance):
    """Balance sheet and scope 1 of the fiscal year that closes with the month, received in the following April."""
    year = {"fiscal_year": DAYS[month].year, "known_from": KNOWN[month]}
    closing = {"period_end": f"{DAYS[month]:%Y-%m-%d}", "currency": currency}
    facts = {"issuer_financials": [financials(name, **year, **closing, **balance)]}
    return facts | {"issuer_emissions": emissions(name, tonnes, **year) if tonnes is not None else []}


class Months:
    """An inputs folder with lines per month and facts of all months; months are computed when asked for."""

    def __init__(self, folder, **options):
        self.inputs, self.home, self.options = folder / "inputs", folder / "home", options
        self.done = None

    def write(self, lines, facts, **datasets):
        for month, rows in lines.items():
            write_csv(self.inputs / "holdings" / f"{month}.csv", rows)
        for dataset in ("issuer_financials", "issuer_emissions"):
            datasets[dataset] = [row for fact in facts for row in fact[dataset]]
        write_inputs(self.inputs, **datasets)
        return self

    def run(self, *months, **options):
        for month in months or (BEFORE, AFTER):
            self.done = compute(self.inputs, self.home, month, **{**self.options, **options})
        return self

    def effects(self, metric="financed_emissions", portfolio="ALL", value="value", since=BEFORE):
        """The nine effects between two months that are not 0 (all nine must be there)."""
        rows = self.done.rows(
            f"select effect, {value} as value from marts.carbon_changes where metric = ? and portfolio_id = ?"
            " and to_date = ? and from_date = ?",
            metric, portfolio, DAYS[AFTER], DAYS.get(since, since),
        )  # fmt: skip
        assert len(rows) == 9
        return {row["effect"]: float(row["value"]) for row in rows if row["value"] != 0}

    def totals(self, metric="financed_emissions", portfolio="ALL"):
        return self.done.one(
            "select * from core.carbon_change_totals where metric = ? and portfolio_id = ? and to_date = ?",
            metric, portfolio, DAYS[AFTER],
        )  # fmt: skip
