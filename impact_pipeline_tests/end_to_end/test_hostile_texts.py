"""Texts that mean something to SQL, a shell, a spreadsheet, a page or a terminal, in every field that takes free text.

The same small world twice, once with harmless names: every table must be the same but for the names, and the commands
must print what the files say.
"""

import json
import re

import pytest

from impact_pipeline.schemas import TABLES
from impact_pipeline_tests.builders import claim, emissions, financials, line, soda, write_inputs
from impact_pipeline_tests.end_to_end.installation import Installation

PAYLOADS = (
    "'; drop table marts.positions; --",
    '"; delete from raw.holdings; --',
    "' or '1'='1",
    "') union all select * from audit.source_files --",
    "*/ select 1 /*",
    "\\'; attach 'x.db'; --",
    "$$; copy raw.holdings to '/tmp/x'; $$",
    "read_csv('/etc/passwd')",
    "getenv('HOME')",
    "{0} {name} {{x}}",
    "%s %d %(x)s",
    "$1 ? :name @v",
    "${HOME} $(id) `id`",
    "; rm -rf . &",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1:A9)",
    "-2+3",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&amp;&#60;b&#62;",
    "[red]x[/red] [/] [link=http://x]y[/link]",
    "![x](http://x) | `y` | # z",
    "\\[bold] \\",
    "../../etc/passwd",
    "C:\\x\\..\\y",
    "NULL",
    "None nan -inf 1e999",
    "true",
    "\u202eesrever",
    "zero\u200bwidth",
    "e\u0301 is not \u00e9",
    "i\u0307I\u0131",
    "😀 漢字 Ω",
    "ALL",
    "a\u00a0b",
    "x" * 1000,
    "a>b>c:residual",
    "__class__.__mro__",
    "rule:NEO-01|EXCLUDED",
    "(?P<x>a+)+$",
    "2024-12-31",
)
FIELDS = (
    "portfolio_id", "portfolio_name", "line_id", "instrument_id", "instrument_name", "issuer_id", "issuer_name",
    "guarantor_id", "parent_id", "emissions_source", "evidence_source", "evidence_id", "locator",
)  # fmt: skip
COUNT = len(PAYLOADS)


def harmless(field: str, place: int) -> str:
    return f"{field}-{place:02d}"


def hostile(field: str, place: int) -> str:
    """The payload, told apart by field so that it can be found again: 42 payloads in 13 fields."""
    return f"{PAYLOADS[place]} {field}"


def world(text) -> dict[str, list[dict]]:
    """One portfolio, line, issuer, guarantor and owner for each payload; half of the issuers sell sugary drinks."""
    held, described, emitted, balances, said, funds, owned = [], [], [], [], [], [], []
    for place in range(COUNT):
        named = {field: text(field, place) for field in FIELDS}
        issuer, size = named["issuer_id"], place + 1
        held.append(
            line(
                named["line_id"],
                portfolio_id=named["portfolio_id"],
                instrument_id=named["instrument_id"],
                instrument_name=named["instrument_name"],
                asset_class="listed_equity",
                issuer_id=issuer,
                guarantor_id=named["guarantor_id"],
                market_value=1000 * size,
            )
        )
        described.append({"issuer_id": issuer, "name": named["issuer_name"], "country": "FR", "is_listed": "true"})
        emitted += emissions(issuer, 100 * size, 10, 7, source=named["emissions_source"])
        balances.append(financials(issuer, market_cap=1_000_000 * size, total_debt=500, total_equity=1, revenue=10**6))
        sells = soda(issuer, 40 if place % 2 else 1, source=named["evidence_source"], locator=named["locator"])
        said += [
            {**sells, "evidence_id": named["evidence_id"]},
            claim(named["guarantor_id"], "norm_breach.ungc_oecd", 1, unit="bool"),
        ]
        funds.append({"portfolio_id": named["portfolio_id"], "name": named["portfolio_name"]})
        owner = {"parent_id": named["parent_id"], "pct_capital": 60, "valid_from": "2020-01-01"}
        owned.append({"child_id": issuer, **owner})
    return {
        "holdings": held, "issuers": described, "issuer_emissions": emitted, "issuer_financials": balances,
        "evidence": said, "portfolios": funds, "ownership": owned,
    }  # fmt: skip


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    installation = Installation(tmp_path_factory.mktemp("attacked"))
    write_inputs(installation.inputs, **world(hostile))
    installation.ran = installation.impact("run", "--month", "2024-12")
    return installation


def without_names(tables):
    """Rows with each hostile text replaced by its harmless one, without what must differ.

    That is digests and sizes of files, and the place in a list that is in the order of names.
    """
    names = {hostile(field, place): harmless(field, place) for field in FIELDS for place in range(COUNT)}
    pattern = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))

    def plain(cell):
        if not isinstance(cell, str):
            return repr(cell)
        return "digest" if re.fullmatch("[0-9a-f]{64}", cell) else pattern.sub(lambda found: names[found[0]], cell)

    left_out = ("size_bytes", "work_rank")
    kept = {
        name: [place for place, column in enumerate(TABLES[name].column_names) if column not in left_out]
        for name in tables
    }
    return {
        name: sorted(tuple(plain(row[place]) for place in kept[name]) for row in rows) for name, rows in tables.items()
    }


def test_names_change_no_figure(attacked, tmp_path):
    """546 hostile texts: every table of the month is the one of harmless names."""
    assert COUNT * len(FIELDS) >= 500
    peaceful = Installation(tmp_path)
    write_inputs(peaceful.inputs, **world(harmless))
    peaceful.impact("run", "--month", "2024-12")
    found, expected = without_names(attacked.tables()), without_names(peaceful.tables())
    # codes with signs that codes do not have are flagged, and kept
    flagged, none = found.pop("audit.rejected_rows"), expected.pop("audit.rejected_rows")
    assert ({row[7:9] for row in flagged}, none) == ({("strange_code", "warn")}, [])
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []
    assert len(found["marts.positions"]) == COUNT


def test_the_commands_print_what_the_files_say(attacked, monkeypatch):
    monkeypatch.setenv("COLUMNS", "4000")  # no cell is folded
    for view in ("rejected", "indicators", "resolutions"):
        attacked.impact("show", view, "--month", "2024-12")
    breaches = json.loads(attacked.impact("show", "breaches", "--month", "2024-12", "--json").stdout)
    assert {row["line_id"] for row in breaches} == {hostile("line_id", place) for place in range(1, COUNT, 2)}
    asked = [hostile("issuer_id", place) for place in range(COUNT)]
    answers = attacked.impact("screen", "--month", "2024-12", "--", *asked).stdout.replace("\n", "")
    assert [place for place in range(COUNT) if hostile("issuer_id", place) not in answers] == []
    table = attacked.impact("show", "breaches", "--month", "2024-12").stdout
    for payload in ("[red]x[/red] [/]", "\\[bold] \\"):
        assert payload in table
    answer = attacked.impact("explain", "portfolio_footprint", "--month", "2024-12").stdout
    assert hostile("instrument_name", COUNT - 1) in answer
