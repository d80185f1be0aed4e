"""Shipped packs against what screening.md 1.1 and 1.3 say was published, and a few claims under each."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from impact_pipeline.domain.screening import Rule
from impact_pipeline.ingest.policy.strict_yaml import parse, read_documents
from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.domain.screening.cases import absent, claim, verdict

PACKS = REPOSITORY / "data" / "reference" / "packs"
FILES = sorted(PACKS.glob("*/rules/*.yaml"))
MEMBERS = {
    "eu_pab_ctb": ["PAB-a", "PAB-b", "PAB-c", "PAB-d", "PAB-e", "PAB-f", "PAB-g"],
    "isr_label_v3": ["ISR3-coal", "ISR3-new-fossil", "ISR3-tobacco", "ISR3-unconventional"],
    "macif_peer": ["MACIF-BIO", "MACIF-NEO", "MACIF-PALM"],
}
#: rule -> criterion -> measure, operator, threshold
PUBLISHED: dict[str, dict[str, tuple[str, str, str | None]]] = {
    "PAB-a": {"weapons": ("involvement.controversial_weapons", "is_true", None)},
    "PAB-b": {"tobacco": ("involvement.tobacco_grow_make", "is_true", None)},
    "PAB-c": {"breach": ("norm_breach.ungc_oecd", "is_true", None)},
    "PAB-d": {"rev": ("revenue_share.coal_chain", ">=", "1")},
    "PAB-e": {"rev": ("revenue_share.oil_chain", ">=", "10")},
    "PAB-f": {"rev": ("revenue_share.gas_chain", ">=", "50")},
    "PAB-g": {"rev": ("revenue_share.power_above_100g", ">=", "50")},
    "ISR3-coal": {"rev": ("revenue_share.coal_chain", ">", "5")},
    "ISR3-unconventional": {"rev": ("revenue_share.unconventional_hydrocarbons", ">", "5")},
    "ISR3-new-fossil": {"project": ("project.new_fossil", "is_true", None)},
    "ISR3-tobacco": {"tobacco": ("involvement.tobacco", "is_true", None)},
    "MACIF-PALM": {
        "rev": ("revenue_share.palm", ">", "5"),
        "rspo": ("certified_share.rspo", "<", "50"),
        "strict": ("certified_share.rspo", "<", "30"),
    },
    "MACIF-BIO": {"rev": ("revenue_share.biocides", ">=", "10")},
    "MACIF-NEO": {
        "neonic": ("revenue_share.neonic", ">", "0"),
        "organochlorine": ("revenue_share.organochlorine", ">", "0"),
    },
}
DATES = {"PAB": dt.date(2020, 12, 23), "ISR3": dt.date(2024, 3, 1), "MACIF": dt.date(2024, 1, 1)}


def packed(path: Path) -> Rule:
    (document,) = read_documents(path, path.name)
    return parse(Rule, document)


RULES = {rule.id: rule for rule in map(packed, FILES)}


def signed(rule_id: str) -> Rule:
    """The rule as after a vote: only an approved rule excludes."""
    plain = RULES[rule_id].model_dump(mode="json", by_alias=True)
    vote = {"by": "Comité", "on": "2024-12-12", "minutes": "CR-2024-12"}
    return Rule.model_validate({**plain, "status": "approved", "approved": vote})


def test_every_pack_holds_its_rules_one_a_file_and_says_what_is_not_verified() -> None:
    for pack, ids in MEMBERS.items():
        files = sorted((PACKS / pack / "rules").iterdir())
        assert [file.name for file in files] == [f"{name}@1.yaml" for name in ids]
        assert [packed(file).id for file in files] == ids
        readme = (PACKS / pack / "README.md").read_text(encoding="utf-8")
        assert "Not verified" in readme or "was not read" in readme


@pytest.mark.parametrize("rule_id", sorted(PUBLISHED))
def test_thresholds_and_operators_are_those_published(rule_id: str) -> None:
    rule = RULES[rule_id]
    found = {name: (c.measure, c.op, None if c.value is None else str(c.value)) for name, c, _ in rule.criterions()}
    assert found == PUBLISHED[rule_id]
    # nobody's committee has signed them
    assert (rule.status, rule.approved, rule.inherits) == ("draft", None, None)
    start = dt.date(2022, 12, 12) if rule_id == "MACIF-PALM" else DATES[rule_id.partition("-")[0]]
    assert (rule.valid.start, rule.valid.end) == (start, None)
    assert rule.outcome.true == ("WATCHLIST" if rule_id == "ISR3-tobacco" else "EXCLUDED")


def share(measure: str, value: str, **given: Any) -> list[dict[str, Any]]:
    return [claim(f"revenue_share.{measure}", value, coverage_status="researched_involved", **given)]


def flag(measure: str, value: str = "1", **given: Any) -> list[dict[str, Any]]:
    return [claim(measure, value, unit="bool", **given)]


@pytest.mark.parametrize(
    ("rule_id", "claims", "outcome"),
    [
        # "1 % or more" is inclusive; 0.9 is below
        ("PAB-d", share("coal_chain", "1"), "EXCLUDED"),
        ("PAB-d", share("coal_chain", "0.9"), "CLEARED"),
        ("PAB-d", share("coal_chain", "1", basis="entity"), "WATCHLIST"),
        ("PAB-e", share("oil_chain", "10"), "EXCLUDED"),
        ("PAB-e", share("oil_chain", "9.99"), "CLEARED"),
        ("PAB-f", share("gas_chain", "50"), "EXCLUDED"),
        ("PAB-g", share("power_above_100g", "49.9"), "CLEARED"),
        ("PAB-c", flag("norm_breach.ungc_oecd"), "EXCLUDED"),
        ("PAB-a", [absent("involvement.controversial_weapons")], "CLEARED"),
        ("PAB-b", [], "UNKNOWN"),
        # "more than 5 %": exactly 5 stays in
        ("ISR3-coal", share("coal_chain", "5"), "CLEARED"),
        ("ISR3-coal", share("coal_chain", "5.01"), "EXCLUDED"),
        ("ISR3-new-fossil", flag("project.new_fossil", model="extraction"), "EXCLUDED"),
        ("ISR3-tobacco", flag("involvement.tobacco"), "WATCHLIST"),
        ("MACIF-BIO", share("biocides", "10", model="MSCI_Biocides"), "EXCLUDED"),
        ("MACIF-BIO", share("biocides", "9.9", model="MSCI_Biocides"), "CLEARED"),
        # the first euro, from making them
        ("MACIF-NEO", share("neonic", "0.1", role="active_maker"), "EXCLUDED"),
        ("MACIF-NEO", [absent("revenue_share.neonic"), absent("revenue_share.organochlorine")], "CLEARED"),
        ("MACIF-NEO", [absent("revenue_share.neonic")], "UNKNOWN"),
        # exactly 5 % of revenue, 60 % certified of which 40 % physical: no criterion holds; then 49 % certified
        ("MACIF-PALM", [*share("palm", "5", role="grower"), claim("certified_share.rspo", "40", model="SG"),
                        claim("certified_share.rspo", "20", model="MB")], "CLEARED"),
        ("MACIF-PALM", [*share("palm", "5", role="grower"), claim("certified_share.rspo", "40", model="SG"),
                        claim("certified_share.rspo", "9", model="MB")], "EXCLUDED"),
        ("MACIF-PALM", share("palm", "80", role="retailer"), "NOT_APPLICABLE"),
    ],
)  # fmt: skip
def test_claims_under_a_signed_pack(rule_id: str, claims: list[dict[str, Any]], outcome: str) -> None:
    assert verdict(claims, signed(rule_id))["outcome"] == outcome


def test_an_unsigned_pack_watches_and_does_not_exclude() -> None:
    found = verdict(share("coal_chain", "30"), RULES["PAB-d"])
    assert (found["truth"], found["outcome"]) == ("T", "WATCHLIST")
