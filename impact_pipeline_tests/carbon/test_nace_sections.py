"""The same section letter is another sector in the other revision of NACE: figures ask for the revision first."""

import csv
from pathlib import Path

from impact_pipeline.settings import REFERENCE
from impact_pipeline_tests.builders import Computed, compute, emissions, financials, line, write_inputs
from impact_pipeline_tests.carbon.factor_sets import FACTORS, method

#: Letters of both revisions of every division (Regulations (EC) 1893/2006 and (EU) 2023/137).
with (REFERENCE / "nace_sections.csv").open(encoding="utf-8", newline="") as _file:
    DIVISIONS = list(csv.DictReader(_file))


def month(tmp_path: Path, issuers: dict[str, tuple[str | None, str]], factors: str = "") -> Computed:
    """One listed share of each issuer, by scheme and code."""
    inputs = write_inputs(
        tmp_path / "inputs",
        holdings=[line(name, asset_class="listed_equity", issuer_id=name, market_value=100) for name in issuers],
        issuers=[
            {"issuer_id": name, "name": name, "sector_scheme": scheme, "sector_code": code}
            for name, (scheme, code) in issuers.items()
        ],
        issuer_emissions=emissions("LETTER", 10),
        issuer_financials=[financials("LETTER", evic=1_000_000, revenue=500_000)],
    )
    return compute(inputs, tmp_path / "home", policy=method(tmp_path / "policy", factors=factors))


def test_finance_is_k_in_one_revision_and_l_in_the_other(tmp_path: Path) -> None:
    done = month(
        tmp_path,
        {
            "BANK-2": ("nace_2", "K"), "BANK-21": ("nace_2_1", "L"), "BANK": ("nace_2_1", "64.19"),
            "TELECOM-21": ("nace_2_1", "K"), "PROPERTY-2": ("nace_2", "L"), "UNSAID": (None, "K"),
        },
    )  # fmt: skip
    found = dict(done.store.query("select issuer_id, is_financial from core.issuers").iter_rows())
    assert found == {
        "BANK-2": True, "BANK-21": True, "BANK": True, "TELECOM-21": False, "PROPERTY-2": False, "UNSAID": None,
    }  # fmt: skip


def test_manufacturing_alone_does_not_say_whether_it_is_agrochemicals(tmp_path: Path) -> None:
    """Division 20.2 is within C: unknown, where it used to be "no". A letter has no band of magnitudes either."""
    done = month(tmp_path, {"LETTER": ("nace_2", "C"), "AGRO": ("nace_2_1", "20.20"), "TRADE": ("nace_2", "G")})
    query = "select issuer_id, agrochemicals_state from core.pai_positions where portfolio_id = 'P'"
    joined = query.replace("from core.pai_positions where", "from core.pai_positions inner join core.positions using ("
                           "as_of_date, portfolio_id, line_id, lookthrough_path) where")  # fmt: skip
    assert dict(done.store.query(joined).iter_rows()) == {"LETTER": "unknown", "AGRO": "yes", "TRADE": "no"}
    assert done.flagged("attribution__emissions_have_a_plausible_magnitude") == []


def test_sector_factors_of_rev_2_meet_the_same_sector_of_rev_2_1(tmp_path: Path) -> None:
    """Expected: the letter that the divisions of a Rev. 2.1 letter have in Rev. 2.

    T has the repair of vehicles besides (95.3, which was in G): a letter that leaves two sectors open has no factor.
    """
    was: dict[str, set[str]] = {}
    for row in filter(lambda each: each["nace_2_1"], DIVISIONS):
        was.setdefault(row["nace_2_1"], set()).add(row["nace_2"])
    was["T"].add("G")
    listed = "".join(
        f'  - {{sector: {letter}, tco2e_per_meur_revenue: "1"}}\n'
        for letter in sorted({row["nace_2"] for row in DIVISIONS})
    )
    factors = FACTORS[: FACTORS.index("factors:")] + "factors:\n" + listed
    done = month(tmp_path, {f"X-{letter}": ("nace_2_1", letter) for letter in was}, factors)
    found = dict(done.store.query("select issuer_id, sector_code from core.sector_estimates").iter_rows())
    assert found == {f"X-{new}": next(iter(old)) for new, old in was.items() if len(old) == 1}
    assert len(found) > 15
