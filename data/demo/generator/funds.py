"""Lines inside the funds: the two TPT funds, the nested fund, three open funds and the 2024 health fund."""

from generator.base import month, stream
from generator.book import FUND_1, FUND_2, HEALTH, HEALTH_START, NESTED, OPEN_CLIMATE, OPEN_CREDIT, OPEN_MIXED
from generator.ids import make_fund_isin, make_isin
from generator.issuers import roster
from generator.lines import Line, bonds, equity, window

INNER_FUND = make_fund_isin("inner")  # TPT field 95: three lines stand for units of this fund
NESTED_SHARE = 0.9


def _fund_1() -> list[Line]:
    """Return the credit fund: bonds, a few in USD, states, nested fund units. Derivatives: see `tpt`."""
    lines: list[Line] = []
    for rank, number in enumerate(range(3, 60, 3)):
        issuer = f"large-{number:02}"
        lines += [window(line) for line in bonds(FUND_1, f"F1-{issuer}", issuer, stream("f1", rank).uniform(4, 8))]
    for issuer in ("world-06", "world-12", "world-18"):
        lines += bonds(FUND_1, f"F1-{issuer}", issuer, 4.5)
    for issuer in ("bank-04", "bank-08"):
        lines += bonds(FUND_1, f"F1-{issuer}", issuer, 5.0)
    for issuer in ("file-01", "file-02"):
        lines += bonds(FUND_1, f"F1-{issuer}", issuer, 2.5)
    lines += bonds(FUND_1, "F1-soda-maker", "soda-maker", 0.9)
    lines += bonds(FUND_1, "F1-palm-stale-out", "palm-stale-out", 0.8)
    lines += bonds(FUND_1, "F1-state-FR", "state-FR", 9.0, asset_class="sovereign_bond")
    lines += bonds(FUND_1, "F1-bank-13", "bank-13", 5.0, asset_class="covered_bond")
    lines.append(Line("F1-nested", FUND_1, "lookthrough", "Orvane Obligations Vertes Dédié", 0,
                      instrument=NESTED,
                      cic="FR42", asset_class="fund", fund_id=NESTED, fund_share=NESTED_SHARE))  # fmt: skip
    return lines


def _fund_2() -> list[Line]:
    """Return the world equity fund, with a depositary receipt, pesticide names and lines of an inner fund."""
    lines = []
    for number in range(1, 21):
        issuer = f"world-{number:02}"
        original = INNER_FUND if number in (5, 6, 7) else ""
        size = stream("f2", number).uniform(2.6, 5.6)
        lines.append(window(equity(FUND_2, f"F2-{issuer}", issuer, size, original_fund=original)))
    for issuer, size in (
        ("neo-sulfoxaflor", 3.0), ("neo-formulator", 0.8), ("neo-chemist", 1.2), ("pfas-leaver", 2.5),
        ("file-03", 2.5), ("file-04", 2.0), ("large-01", 4.0), ("large-06", 4.0), ("large-21", 3.5),
        ("bank-10", 3.5),
    ):  # fmt: skip
        lines.append(equity(FUND_2, f"F2-{issuer}", issuer, size))
    receipt = make_isin("soda-maker:ADR", "US")
    lines.append(equity(FUND_2, "F2-soda-adr", "soda-maker", 0.5, currency="USD", cic="US31",
                        instrument=receipt,
                        name="Fontanelle Cola ADR"))  # fmt: skip
    return lines


def _nested() -> list[Line]:
    """Return the green bond fund held by fund 1."""
    lines: list[Line] = []
    for number in (2, 8, 13, 17, 22, 28, 34, 45):
        issuer = f"large-{number:02}"
        lines += bonds(NESTED, f"FV-{issuer}", issuer, 3.2, use_of_proceeds="green")
    lines += bonds(NESTED, "FV-palm-strict", "palm-strict", 0.7)
    lines.append(Line("FV-LIQ", NESTED, "cash", "Compte espèces", 0.6, "bank-02", cic="XT72", asset_class="cash"))
    return lines


def _open_funds() -> list[Line]:
    """Return the open funds that publish their lines. Talverne Diversifié keeps fixed weights: case 18."""
    lines: list[Line] = []
    for number in range(20, 48, 2):
        issuer = f"large-{number:02}"
        lines.append(equity(OPEN_CLIMATE, f"OC-{issuer}", issuer, 8.0))
    lines.append(Line("OC-LIQ", OPEN_CLIMATE, "cash", "Compte espèces", 2.0, cic="XT72", asset_class="cash"))
    for number in range(5, 56, 5):
        issuer = f"large-{number:02}"
        lines += bonds(OPEN_CREDIT, f"OK-{issuer}", issuer, 10.0)
    weights = {"palm-grower": 1.2, "soda-maker": 0.9, "large-30": 20.0, "large-42": 18.0, "large-15": 15.0,
               "bank-06": 12.9}  # fmt: skip
    for issuer, weight in weights.items():
        who = roster()[issuer]
        lines.append(Line(f"OM-{issuer}", OPEN_MIXED, "weight", f"{who.name} action", 0.6 * weight, issuer,
                          make_isin(f"{issuer}:A", who.country), f"{who.country}31",
                          "listed_equity"))  # fmt: skip
    lines.append(Line("OM-fonds", OPEN_MIXED, "weight", "Fonds sous-jacent sans inventaire", 0.6 * 30.0,
                      instrument=make_fund_isin("om-inner"), cic="LU44", asset_class="fund"))  # fmt: skip
    lines.append(Line("OM-LIQ", OPEN_MIXED, "weight", "Compte espèces", 0.6 * 2.0, cic="XT72", asset_class="cash"))
    return lines


def _health() -> list[Line]:
    """Return the 50 M EUR health determinants fund: unlisted and listed small companies, from 2024-03."""
    lines = []
    for number in range(1, 11):
        issuer = f"health-{number:02}"
        lines.append(Line(f"FS-{issuer}", HEALTH, "valued", f"{roster()[issuer].name} actions", 3.4, issuer,
                          cic="XL31", asset_class="unlisted_equity", start=HEALTH_START, group="fixed",
                          drift=0.02))  # fmt: skip
    for issuer, size in (("small-25", 4.5), ("small-26", 4.0), ("large-54", 2.0)):
        lines.append(equity(HEALTH, f"FS-{issuer}", issuer, size, start=HEALTH_START, group="fixed"))
    lines.append(Line("FS-LIQ", HEALTH, "cash", "Appels de fonds en attente", 5.0, cic="XT72",
                      asset_class="cash",
                      start=HEALTH_START, end=month(2025, 12), group="fixed"))  # fmt: skip
    return lines


def lines() -> list[Line]:
    """Return the lines of every fund."""
    return [*_fund_1(), *_fund_2(), *_nested(), *_open_funds(), *_health()]
