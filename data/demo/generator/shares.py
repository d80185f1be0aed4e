"""Plain-python strategic and real-economy shares from the written rows."""

from collections import defaultdict

from generator.base import Row, month_end
from generator.figures import Leaf, asset_class

# Outside the real economy by nature when nobody classified them: a known zero, not an unknown.
OUTSIDE = {"sovereign_bond", "sub_sovereign_bond", "supranational_bond", "cash", "derivative"}


def valid_shares(rows: list[Row], kind: str, k: int) -> dict[str, float]:
    """Return, by subject, the sum of the shares of its codes valid at the month end."""
    day = month_end(k).isoformat()
    shares: dict[str, float] = defaultdict(float)
    for row in rows:
        if row["kind"] == kind and row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"]):
            shares[row["subject_id"]] += float(row["share"])
    return shares


def share_of(leaf: Leaf, shares: dict[str, float]) -> float | None:
    """Return the share of a leaf: line, instrument, issuer, then the fund lines above, nearest first."""
    own = (leaf.row.get("line_id"), leaf.row.get("instrument_id"), leaf.row.get("issuer_id"))
    held = tuple(row.get("line_id") for row in leaf.above)
    for subject in (*own, *held):
        if subject and subject in shares:
            return shares[subject]
    return None


def pocket_share(
    leaves: list[Leaf], shares: dict[str, float], pocket: str, excluded: frozenset[str]
) -> dict[str, float]:
    """Return the share of a pocket: classified value over all its assets, excluded issuers counting for zero.

    A line of negative value (a derivative, an overdraft) is a liability and counts on neither side.
    """
    total = part = unknown = 0.0
    for leaf in leaves:
        if leaf.pocket != pocket or leaf.value < 0:
            continue
        total += leaf.value
        share = share_of(leaf, shares)
        if leaf.row["issuer_id"] in excluded:
            continue
        if share is None:
            unknown += 0.0 if pocket == "return" and asset_class(leaf.row) in OUTSIDE else leaf.value
        else:
            part += leaf.value * share
    return {"numerator_eur": part, "denominator_eur": total, "unknown_eur": unknown, "ratio": part / total}
