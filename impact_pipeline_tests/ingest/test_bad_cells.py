"""Bad cells of the datasets that serve every month: refused with the file, the row and the column named."""

from pathlib import Path

import pytest

from impact_pipeline_tests.ingest.deliveries import Folder

SHARED = [
    ("portfolios", "portfolio_id,kind\nP,mandat\n", "kind", "'mandat'", "'mandate'"),
    ("portfolios", "portfolio_id,kind\nP,mandate\nP,mandate\n", "portfolio_id", "a second row", "row 2"),
    ("issuers", f"issuer_id,is_listed\n{'X' * 5},yes\n", "is_listed", "'yes'", ""),
    ("issuers", "issuer_id,sector_scheme\nI,nace\n", "sector_scheme", "'nace'", "nace_2"),
    (
        "ownership",
        "child_id,parent_id,valid_from,pct_capital\nA,B,2020-01-01,101\n",
        "pct_capital",
        "101",
        "",
    ),
    (
        "issuer_financials",
        "issuer_id,fiscal_year,known_from\nI,FY24,2025-01-01\n",
        "fiscal_year",
        "'FY24'",
        "",
    ),
    ("issuer_financials", "issuer_id,fiscal_year,known_from\nI,24,2025-01-01\n", "fiscal_year", "24", ""),
    (
        "issuer_emissions",
        "issuer_id,fiscal_year,scope,source,known_from,tco2e\nI,2024,2,r,2025-01-01,5\n",
        "scope",
        "'2'",
        "",
    ),
    (
        "issuer_emissions",
        "issuer_id,fiscal_year,scope,source,known_from,basis\nI,2024,1,r,2025-01-01,guess\n",
        "basis",
        "'guess'",
        "",
    ),
    (
        "issuer_emissions",
        "issuer_id,fiscal_year,scope,source,known_from,tco2e\nI,2024,1,r,2025-01-01,nan\n",
        "tco2e",
        "'nan'",
        "",
    ),
    (
        "issuer_emissions",
        "issuer_id,fiscal_year,scope,source,known_from\nI,2024,1,,2025-01-01\n",
        "source",
        "an empty cell",
        "",
    ),
    (
        "evidence",
        "evidence_id,issuer_id,measure,lo,hi\nE,I,revenue_share.palm,7,5\n",
        "lo",
        "lo 7.000000 above hi 5.000000",
        "",
    ),
    ("evidence", "evidence_id,issuer_id,measure,lo,hi\nE,I,revenue_share.palm,-1,5\n", "lo", "-1", ""),
    ("evidence", "evidence_id,issuer_id,measure,lo,hi\nE,I,certified_share.rspo,5,101\n", "hi", "101", ""),
    ("evidence", "evidence_id,issuer_id,measure,lo,hi\nE,I,pfas.release_kg_y,NaN,5\n", "lo", "'NaN'", ""),
    ("evidence", "evidence_id,issuer_id,measure,hi_open\nE,I,m,maybe\n", "hi_open", "'maybe'", ""),
    ("evidence", "evidence_id,issuer_id,measure,grade\nE,I,m,F\n", "grade", "'F'", ""),
    ("evidence", "evidence_id,issuer_id,measure,basis\nE,I,m,gruop\n", "basis", "'gruop'", "'group'"),
    (
        "classifications",
        "subject_id,kind,code,valid_from,share\nL,real_economy,c,2020-01-01,1.2\n",
        "share",
        "1.2",
        "",
    ),
    ("classifications", "subject_id,kind,code,valid_from\nL,reel,c,2020-01-01\n", "kind", "'reel'", ""),
    ("fx_rates", "rate_date,currency,units_per_eur\n2024-12-31,USD,0\n", "units_per_eur", "0", ""),
    ("fx_rates", "rate_date,currency,units_per_eur\n2024-12-31,XXZ,1\n", "currency", "'XXZ'", ""),
    ("organisation", "year,category,protected_persons\n2024,travel,1.5\n", "protected_persons", "'1.5'", ""),
]


@pytest.mark.parametrize(("dataset", "text", "column", "found", "advice"), SHARED)
def test_bad_cells_of_every_dataset_are_refused(
    tmp_path: Path, dataset: str, text: str, column: str, found: str, advice: str
) -> None:
    refusal = Folder(tmp_path).write(f"{dataset}/data.csv", text).refusal()
    assert (refusal.file, refusal.row, refusal.column) == (f"{dataset}/data.csv", text.count("\n"), column)
    assert found in refusal.found
    assert advice in refusal.hint
