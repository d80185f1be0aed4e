"""What makes a Tripartite Template trustworthy: one fund, one day, one currency, lines that add up to its value.

A value in portfolio currency that is missing is derived when the file proves it, and listed; else the file is refused.
Sums of the stored digits and floats tell which funds and weights have to be looked at; every digit of the file decides.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext

import polars as pl

from impact_pipeline.ingest.cells import decimal_of
from impact_pipeline.ingest.findings import Findings
from impact_pipeline.ingest.tpt.template import Row, TptFile, TptNotes
from impact_pipeline.schemas.table import AMOUNT

#: How far the lines may be from the declared net asset value: one unit of currency, or ten basis points.
NAV_TOLERANCE_UNITS, NAV_TOLERANCE_RATIO = Decimal(1), Decimal("0.001")
#: How far a fund's weights may be from 1, and a weight from value / net asset value.
WEIGHT_TOLERANCE = Decimal("0.02")
#: What a float, or an amount without its digits behind the sixth, may be away from the amount itself.
_SLACK = 1e-6
#: Digits kept in a product of two amounts of the file, before it is rounded as stored.
_DIGITS = 60


def trusted(tpt: TptFile, findings: Findings) -> TptFile:
    """The file with every value known.

    Raises:
        SourceFileError: a fund spelled, dated or priced in two ways, without net asset value, or that does not add up.
    """
    notes = TptNotes(tpt, findings)
    navs: dict[int, Decimal] = {}
    derived: dict[int, Decimal] = {}
    for first, fund in zip(tpt.funds.iter_rows(named=True), _summaries(tpt.frame), strict=True):
        nav = navs[fund["fund"]] = _check_identity(tpt, fund, first)
        total = fund["value"]
        if fund["unknown"]:
            values = _derived_values(notes, fund, nav)
            derived |= values
            total += sum(values.values())
        _check_totals(tpt, fund, first, total, nav, derived)
    _note_weights(notes, navs, derived)
    return _with_values(tpt, derived) if derived else tpt


def _summaries(frame: pl.DataFrame) -> Iterable[Row]:
    """What decides whether the lines of a fund have to be looked at, for each fund of the file."""
    names = ("portfolio_id", "valued_on", "portfolio_currency")
    value = pl.col("market_value_number")
    return (
        frame.group_by("fund", maintain_order=True)
        .agg(
            pl.any_horizontal((pl.col(name) != pl.col(name).first()).any() for name in names).alias("differs"),
            pl.col("net_asset_value_digits").drop_nulls().unique(maintain_order=True).alias("navs"),
            value.sum().alias("value"),
            value.is_null().sum().alias("unknown"),
            pl.col("weight_number").sum().alias("weight"),
            pl.col("weight_number").abs().sum().alias("weight_size"),
            pl.len().alias("lines"),
        )
        .iter_rows(named=True)
    )


def _lines(tpt: TptFile, fund: Row) -> pl.DataFrame:
    return tpt.frame.filter(pl.col("fund") == fund["fund"])


def _check_identity(tpt: TptFile, fund: Row, first: Row) -> Decimal:
    """Net asset value of a fund, after its code, day, currency and value were found to be the same on every row."""
    for name, told, expected, hint in (
        ("portfolio_id", "portfolio_id", "one spelling of a fund's code", "Write it the same way on every row"),
        ("valuation_date", "valued_on", "one valuation day per fund", "Keep the right day: a month has one"),
        (
            "portfolio_currency",
            "portfolio_currency",
            "one portfolio currency per fund",
            "Ask for the file in the fund's currency",
        ),
    ):
        odd = _lines(tpt, fund).filter(pl.col(told) != first[told]) if fund["differs"] else pl.DataFrame()
        if odd.height:
            row = odd.row(0, named=True)
            found = f"{row[told]} beside {first[told]} in row {first['row']}, the same fund"
            raise tpt.refusal(row, name, found, expected, hint)
    if not fund["navs"]:
        found, hint = f"no net asset value for {first['portfolio']}", "Without it nothing shows that no line is missing"
        raise tpt.refusal(first, "net_asset_value", found, "field 5 on the rows of the fund", hint)
    nav = Decimal(fund["navs"][0])
    for digits in fund["navs"]:
        if Decimal(digits) != nav:
            row = _lines(tpt, fund).filter(pl.col("net_asset_value_digits") == digits).row(0, named=True)
            raise tpt.refusal(row, "net_asset_value", f"two net asset values for {first['portfolio']}", "one")
    return nav


def _derived_values(notes: TptNotes, fund: Row, nav: Decimal) -> dict[int, Decimal]:
    """Values in portfolio currency of the rows that have none, by row: each is listed."""
    lines = _lines(notes.tpt, fund)
    values: dict[int, Decimal] = {}
    reasons: dict[int, str] = {}
    rows = lines.filter(pl.col("market_value_number").is_null())
    for row in rows.iter_rows(named=True):
        derived = _derived(row, lines, nav)
        if derived is None:
            hint = "Ask for the file again: neither field 22, nor field 26, nor the other lines tell the value"
            raise notes.tpt.refusal(row, "market_value", "an empty cell", "a value in portfolio currency", hint)
        values[row["row"]], how = derived
        reasons[row["row"]] = f"no value in portfolio currency: {decimal_of(str(derived[0]))} is {how}"
    notes.add(rows, "market_value", "market_value_derived", lambda row: reasons[row["row"]])
    return values


def _derived(row: Row, lines: pl.DataFrame, nav: Decimal) -> tuple[Decimal, str] | None:
    quoted, weight = _exact(row, "market_value_quotation"), _exact(row, "weight")
    if quoted is not None and row["quotation_currency"] == row["portfolio_currency"]:
        return quoted, "field 22, which is in the same currency"
    if quoted == 0:
        return Decimal(0), "field 22, which is 0 in any currency"
    if weight is not None:
        with localcontext() as context:
            context.prec = _DIGITS
            return weight * nav, "weight (field 26) x net asset value (field 5)"
    known = lines.get_column("market_value_digits").drop_nulls()
    # two unknown values may cancel out: only a single one is proved by the rest
    if 0 < known.len() == lines.height - 1 and _close(sum(map(Decimal, known), Decimal(0)), nav):
        return Decimal(0), "0, because the other lines add up to the net asset value"
    return None


def _exact(row: Row, name: str) -> Decimal | None:
    """An amount with every digit of the file."""
    digits = row[f"{name}_digits"]
    return None if digits is None else Decimal(digits)


def _tolerance(nav: Decimal) -> Decimal:
    return max(NAV_TOLERANCE_UNITS, NAV_TOLERANCE_RATIO * abs(nav))


def _close(total: Decimal, nav: Decimal) -> bool:
    return abs(total - nav) <= _tolerance(nav)


def _check_totals(
    tpt: TptFile, fund: Row, first: Row, total: Decimal, nav: Decimal, derived: dict[int, Decimal]
) -> None:
    """The lines of a fund must add up to its declared net asset value, and its weights to 1."""
    slack = Decimal(fund["lines"]) * Decimal(str(_SLACK))
    if abs(total - nav) > _tolerance(nav) - slack:
        rows = _lines(tpt, fund).select("row", "market_value_digits").iter_rows()
        exact = sum((Decimal(digits) if digits else derived[row] for row, digits in rows), Decimal(0))
        if not _close(exact, nav):
            found, expected = (
                f"lines of {first['portfolio']} that add up to {exact:,.2f}",
                f"the declared net asset value {nav:,.2f}",
            )
            hint = "Lines are missing or wrong: ask for the file again"
            raise tpt.refusal(None, "market_value", found, expected, hint)
    if abs(fund["weight"] - 1) > float(WEIGHT_TOLERANCE) - _SLACK * (1 + fund["weight_size"]):
        told = _lines(tpt, fund).get_column("weight_digits").drop_nulls()
        weights = sum(map(Decimal, told), Decimal(0))
        if told.len() and abs(weights - 1) > WEIGHT_TOLERANCE:
            found = f"weights of {first['portfolio']} that add up to {weights}"
            hint = "Lines are missing, or weights are in percent: ask for the file again"
            raise tpt.refusal(None, "weight", found, "1, give or take 0.02", hint)


def _note_weights(notes: TptNotes, navs: dict[int, Decimal], derived: dict[int, Decimal]) -> None:
    """List weights that are not value / net asset value, and a fund reported before its valuation day."""
    tpt = notes.tpt
    nav = pl.col("fund").replace_strict(list(navs), [float(nav) for nav in navs.values()], return_dtype=pl.Float64)
    ratio = pl.col("market_value_number").cast(pl.Float64) / nav
    is_near = (pl.col("weight_number") - ratio).abs() <= float(WEIGHT_TOLERANCE) - _SLACK - _SLACK / nav.abs()
    far = tpt.frame.filter(pl.col("weight_number").is_not_null(), ~is_near.fill_null(value=False), nav != 0)
    reasons: dict[int, str] = {}
    for row in far.iter_rows(named=True):
        value = derived.get(row["row"], _exact(row, "market_value"))
        exact, weight = value / navs[row["fund"]], _exact(row, "weight")  # type: ignore[operator]
        if abs(weight - exact) > WEIGHT_TOLERANCE:  # type: ignore[operator]
            reasons[row["row"]] = f"value / net asset value is {exact:.6f}; the weight is not used"
    listed = far.filter(pl.col("row").is_in(list(reasons)))
    notes.add(listed, "weight", "weight_differs", lambda row: reasons[row["row"]])
    notes.add(
        tpt.funds.filter(pl.col("reported_on") < pl.col("valued_on")),
        "reporting_date",
        "reported_before_valuation",
        lambda row: f"before the valuation date {row['valued_on']}; the valuation date is used",
    )


def _with_values(tpt: TptFile, derived: dict[int, Decimal]) -> TptFile:
    """The file with the values that its cells do not say."""
    places = tpt.frame.select(pl.arg_where(pl.col("market_value_number").is_null())).to_series()
    exact = [derived[row] for row in tpt.frame.get_column("row").gather(places)]
    digits = pl.Series([f"{value:f}" for value in exact], dtype=pl.String)
    numbers = pl.Series([decimal_of(str(value)) for value in exact], dtype=AMOUNT)
    return tpt.with_columns(
        tpt.frame.get_column("market_value_digits").clone().scatter(places, digits),
        tpt.frame.get_column("market_value_number").clone().scatter(places, numbers),
    )
