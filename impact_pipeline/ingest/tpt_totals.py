"""What makes a Tripartite Template trustworthy: one fund, one day, one currency, lines that add up to its value.

A value in portfolio currency that is missing is derived when the file proves it, and listed; else the file is refused.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext

from impact_pipeline.ingest.findings import Findings
from impact_pipeline.ingest.tpt import TptFile, TptNotes, TptRow, rounded

#: How far the lines may be from the declared net asset value: one unit of currency, or ten basis points.
NAV_TOLERANCE_UNITS, NAV_TOLERANCE_RATIO = Decimal(1), Decimal("0.001")
#: How far a fund's weights may be from 1, and a weight from value / net asset value.
WEIGHT_TOLERANCE = Decimal("0.02")
#: Digits kept in a product of two amounts of the file, before it is rounded as stored.
_DIGITS = 60


def trusted(tpt: TptFile, findings: Findings) -> TptFile:
    """The file with every value known.

    Raises:
        SourceFileError: a fund spelled, dated or priced in two ways, without net asset value, or that does not add up.
    """
    notes = TptNotes(tpt, findings)
    rows: list[TptRow] = []
    for lines in tpt.funds.values():
        value = _check_identity(tpt, lines)
        complete = [_with_value(notes, row, lines, value) for row in lines]
        _check_totals(tpt, complete, value)
        _note_weights(notes, complete, value)
        rows += complete
    return replace(tpt, rows=tuple(sorted(rows, key=lambda row: row.row)))


def _check_identity(tpt: TptFile, rows: Sequence[TptRow]) -> Decimal:
    """Net asset value of a fund, after its code, day, currency and value were found to be the same on every row."""
    first = rows[0]
    for name, expected, hint in (
        ("portfolio_id", "one spelling of a fund's code", "Write it the same way on every row"),
        ("valuation_date", "one valuation day per fund", "Keep the right day: a month has one"),
        ("portfolio_currency", "one portfolio currency per fund", "Ask for the file in the fund's currency"),
    ):
        odd = next((row for row in rows if _told(row, name) != _told(first, name)), None)
        if odd is not None:
            found = f"{_told(odd, name)} beside {_told(first, name)} in row {first.row}, the same fund"
            raise tpt.refusal(odd, name, found, expected, hint)
    declared = [(row, value) for row in rows if (value := row.amount["net_asset_value"]) is not None]
    if not declared:
        found, hint = f"no net asset value for {first.portfolio_id}", "Without it nothing shows that no line is missing"
        raise tpt.refusal(first, "net_asset_value", found, "field 5 on the rows of the fund", hint)
    for row, value in declared:
        if value != declared[0][1]:
            raise tpt.refusal(row, "net_asset_value", f"two net asset values for {first.portfolio_id}", "one")
    return declared[0][1]


def _told(row: TptRow, name: str) -> str:
    return str(row.valuation_date) if name == "valuation_date" else row.text[name] or ""


def _with_value(notes: TptNotes, row: TptRow, rows: Sequence[TptRow], net_asset_value: Decimal) -> TptRow:
    """The position with its value in portfolio currency, derived and listed when the cell is empty."""
    if row.amount["market_value"] is not None:
        return row
    derived = _derived(row, rows, net_asset_value)
    if derived is None:
        hint = "Ask for the file again: neither field 22, nor field 26, nor the other lines tell the value"
        raise notes.tpt.refusal(row, "market_value", "an empty cell", "a value in portfolio currency", hint)
    value, how = derived
    notes.add(row, "market_value", "market_value_derived", f"no value in portfolio currency: {rounded(value)} is {how}")
    return replace(row, amount=row.amount | {"market_value": value})


def _derived(row: TptRow, rows: Sequence[TptRow], net_asset_value: Decimal) -> tuple[Decimal, str] | None:
    quoted, weight = row.amount["market_value_quotation"], row.amount["weight"]
    if quoted is not None and row.text.get("quotation_currency") == row.text["portfolio_currency"]:
        return quoted, "field 22, which is in the same currency"
    if quoted == 0:
        return Decimal(0), "field 22, which is 0 in any currency"
    if weight is not None:
        with localcontext() as context:
            context.prec = _DIGITS
            return weight * net_asset_value, "weight (field 26) x net asset value (field 5)"
    others = [other.amount["market_value"] for other in rows if other is not row]
    known = [value for value in others if value is not None]
    # two unknown values may cancel out: only a single one is proved by the rest
    if len(known) == len(others) and known and _close(sum(known, Decimal(0)), net_asset_value):
        return Decimal(0), "0, because the other lines add up to the net asset value"
    return None


def _close(total: Decimal, net_asset_value: Decimal) -> bool:
    return abs(total - net_asset_value) <= max(NAV_TOLERANCE_UNITS, NAV_TOLERANCE_RATIO * abs(net_asset_value))


def _check_totals(tpt: TptFile, rows: Sequence[TptRow], net_asset_value: Decimal) -> None:
    """The lines of a fund must add up to its declared net asset value, and its weights to 1."""
    fund = rows[0].portfolio_id
    total = sum((row.amount["market_value"] or Decimal(0) for row in rows), Decimal(0))
    if not _close(total, net_asset_value):
        found, expected = (
            f"lines of {fund} that add up to {total:,.2f}",
            f"the declared net asset value {net_asset_value:,.2f}",
        )
        raise tpt.refusal(None, "market_value", found, expected, "Lines are missing or wrong: ask for the file again")
    weights = [weight for row in rows if (weight := row.amount["weight"]) is not None]
    if weights and abs(sum(weights, Decimal(0)) - 1) > WEIGHT_TOLERANCE:
        found = f"weights of {fund} that add up to {sum(weights)}"
        hint = "Lines are missing, or weights are in percent: ask for the file again"
        raise tpt.refusal(None, "weight", found, "1, give or take 0.02", hint)


def _note_weights(notes: TptNotes, rows: Sequence[TptRow], net_asset_value: Decimal) -> None:
    """List weights that are not value / net asset value, and a fund reported before its valuation day."""
    for row in rows:
        weight, value = row.amount["weight"], row.amount["market_value"]
        if weight is None or value is None or not net_asset_value:
            continue
        ratio = value / net_asset_value
        if abs(weight - ratio) > WEIGHT_TOLERANCE:
            reason = f"value / net asset value is {ratio:.6f}; the weight is not used"
            notes.add(row, "weight", "weight_differs", reason)
    first = rows[0]
    if first.reporting_date is not None and first.reporting_date < first.valuation_date:
        reason = f"before the valuation date {first.valuation_date}; the valuation date is used"
        notes.add(first, "reporting_date", "reported_before_valuation", reason)
