"""Shared defaults, file names and reference sets: what a rule inherits, and what is refused."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from impact_pipeline.domain.screening import Rule
from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.policy.loading import load_policy
from impact_pipeline_tests.ingest.test_policy import DEMO, RULE

INHERITS = RULE + "inherits: defaults@1\n"
PACKS = DEMO.parents[1] / "reference" / "packs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "policy"
    shutil.copytree(DEMO, copy)
    return copy


def rule_of(folder: Path, text: str) -> Rule:
    (folder / "rules" / "test.yaml").write_text(text, encoding="utf-8")
    return next(rule for rule in load_policy(folder).rules if rule.id == "TEST-01")


def refused(folder: Path, name: str, text: str) -> PolicyFileError:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(PolicyFileError) as caught:
        load_policy(folder)
    assert caught.value.file == name
    return caught.value


#: What the committee decided for every rule of the demo, whichever file says it.
COMMON: dict[str, Any] = {
    "status": "approved",
    "inherits": "defaults@1",
    "valid": {"from": "2019-01-01", "to": None},
    "evidence": {"min_grade_true": "C", "min_grade_false": "C", "max_age_months": 24, "estimates": "interval"},
    "near": {"abs_pp": "0.5", "rel": "0.10"},
    "propagation": {"down": {"control": True, "min_pct": 50}, "up": "none", "minority_flag": [10, 50]},
    "instruments": {
        "eu_green_bond": "test_issuer",
        "other_uop": "test_issuer",
        "exempt_unless": [],
        "exchangeable": "issuer_and_underlying",
        "short": "never_offsets",
        "open_fund_tolerance_pct": "5",
    },
}
HOLDINGS = {"buy": "forbidden_at_decision", "decide_days": 90, "illiquid": "run_off"}


@pytest.mark.parametrize("rule", load_policy(DEMO).rules, ids=lambda rule: rule.id)
def test_the_demo_rules_say_what_they_said_before_they_shared_defaults(rule: Rule) -> None:
    found = rule.model_dump(mode="json", by_alias=True)
    excludes = rule.id in ("PALM-01", "NEO-01", "SODA-01")
    wanted = COMMON | {
        "holdings": HOLDINGS
        | {"divest_days": 180 if excludes else None, "run_off_max": "2030-12-31" if excludes else None},
        "outcome": {
            "true": "EXCLUDED" if excludes else "ENGAGEMENT",
            "false": "CLEARED",
            "unknown": "UNKNOWN",
            "unknown_exposed": "WATCHLIST",
        },
    }
    if rule.id == "NEO-01":
        wanted["evidence"] = COMMON["evidence"] | {"min_grade_true": "B"}
    assert {key: found[key] for key in wanted} == wanted


def test_a_rule_takes_what_it_leaves_out_and_keeps_what_it_says(folder: Path) -> None:
    alone, shared = rule_of(folder, RULE), rule_of(folder, INHERITS)
    assert (alone.holdings.decide_days, shared.holdings.decide_days) == (None, 90)
    own = rule_of(folder, INHERITS + 'holdings: {decide_days: null, divest_days: 30}\nnear: {abs_pp: "1"}\n')
    assert (own.holdings.decide_days, own.holdings.divest_days) == (None, 30)
    assert (str(own.near.abs_pp), str(own.near.rel)) == ("1", "0.10"), "key by key, not the whole block"


def test_new_defaults_change_no_rule_that_names_the_old_ones(folder: Path) -> None:
    before = {rule.id: rule.sha for rule in load_policy(folder).rules}
    file = folder / "defaults.yaml"
    first = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    second = "- id: defaults\n  version: '2'\n  holdings: {decide_days: 30}\n"
    file.write_text("-" + "".join(f" {line}\n " for line in first) + "\n" + second, encoding="utf-8")
    assert {rule.id: rule.sha for rule in load_policy(folder).rules} == before
    assert rule_of(folder, INHERITS.replace("@1", "@2")).holdings.decide_days == 30


def test_defaults_are_part_of_what_is_signed(folder: Path) -> None:
    before = rule_of(folder, INHERITS).sha
    file = folder / "defaults.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("decide_days: 90", "decide_days: 60"), encoding="utf-8")
    assert rule_of(folder, INHERITS).sha != before


def test_defaults_nobody_wrote_are_refused(folder: Path) -> None:
    error = refused(folder, "rules/test.yaml", INHERITS.replace("@1", "@9"))
    assert (error.row, error.column) == (12, "inherits")
    assert "defaults@1" in str(error)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("near:", "naer:", ["unknown key naer", "Did you mean near?"]),
        ('open_fund_tolerance_pct: "5"', 'open_fund_tolerance_pct: "105"', ["between"]),
        ('open_fund_tolerance_pct: "5"', "open_fund_tolerance_pct: 5", ["a number between quotes"]),
        ('"unknown": UNKNOWN', '"unknown": CLEARED', ["'CLEARED'"]),
    ],
)
def test_wrong_defaults_are_refused(folder: Path, old: str, new: str, words: list[str]) -> None:
    text = (folder / "defaults.yaml").read_text(encoding="utf-8")
    assert old in text
    error = refused(folder, "defaults.yaml", text.replace(old, new))
    assert error.row is not None
    assert all(word in str(error) for word in words)


def test_a_versioned_file_name_holds_that_rule(folder: Path) -> None:
    error = refused(folder, "rules/TEST-01@2.yaml", RULE)
    assert "TEST-01@2 as the file is called" in str(error)
    (folder / "rules" / "TEST-01@2.yaml").rename(folder / "rules" / "TEST-01@1.yaml")
    assert "rules/TEST-01@1.yaml" in load_policy(folder).rule_files


SET = 'id: X\ntitle_fr: "Essai"\nsource: "essai"\nmembers:\n'


@pytest.mark.parametrize(
    ("member", "words"),
    [
        # right check digits, wrong substances: the traps of real lists
        ('- {name: PFOA, cas: "1763-23-1"}', ["1763-23-1 for PFOA", "PFOS"]),
        ('- {name: PFTrDA, cas: "375-22-4"}', ["375-22-4 for PFTrDA", "PFBA"]),
        ('- {name: PFOA, cas: "50-00-0"}', ["50-00-0 for PFOA", "335-67-1 as in another set"]),
        ('- {name: a, other_cas: ["335-67-1"]}', ["335-67-1 for a", "PFOA"]),
        ('- {name: a, cas: "335-67-2"}', ["right check digit"]),
        ('- {name: a, cas: "01.12.2723"}', ["a CAS number such as"]),
        ('- {name: a, cas: "PFOA"}', ["a CAS number such as"]),
        ("- {name: a}\n- {name: a}", ["a twice in X"]),
        ('- {name: a, since: "2018"}', ["since"]),
        ("- {name: a, sources: b}", ["unknown key sources", "Did you mean source?"]),
    ],
)
def test_a_wrong_member_is_refused(folder: Path, member: str, words: list[str]) -> None:
    error = refused(folder, "sets/x.yaml", SET + member + "\n")
    assert error.row is not None
    assert error.row >= 5
    assert all(word in str(error) for word in words)


def test_each_set_and_definition_once(folder: Path) -> None:
    error = refused(folder, "sets/x.yaml", SET.replace("id: X", "id: nAChR_FR") + "- {name: a}\n")
    assert "nAChR_FR twice" in str(error)
    definition = 'id: X\ntitle_fr: "x"\ndefinitions:\n- {id: OECD2021, text_fr: "x", source: "x"}\n'
    assert "OECD2021 twice" in str(refused(folder, "sets/x.yaml", definition))


def test_a_definition_nobody_wrote_is_refused(folder: Path) -> None:
    error = refused(folder, "rules/test.yaml", RULE + "      definition: OECD2012\n")
    assert (error.row, error.column) == (12, "definition")
    assert "Did you mean OECD2021?" in str(error)


def test_a_sector_may_not_stand_in_for_involvement(folder: Path) -> None:
    text = (
        'id: X\ntitle_fr: "x"\nsource: "x"\nsectors:\n- {measure: involvement.neonic, scheme: nace_2, code: "20.20"}\n'
    )
    assert "a sector says nothing about involvement.neonic" in str(refused(folder, "sets/x.yaml", text))


def test_the_demo_reference_sets() -> None:
    policy = load_policy(DEMO)
    sizes = {found.id: len(found.members) for found in policy.sets}
    assert sizes["neonic_EU5_2013"] == 5
    assert sizes["neonic_IRAC4A"] == 7
    assert sizes["nAChR_FR"] == 9
    assert sizes["pfas_DWD20"] == 20
    assert sizes["EUDR7"] == 7
    assert {found.id for found in policy.definitions} == {
        "OECD2021", "UPFAS_as_proposed", "DWD20", "non_polymeric", "excl_FGas", "excl_API_PPP",
    }  # fmt: skip
    twenty = next(found for found in policy.sets if found.id == "pfas_DWD20")
    assert "76-05-1" not in {member.cas for member in twenty.members}, "TFA is not one of the twenty"
    # a sector cannot prove a pesticide: no proxy for it
    assert {proxy.measure for proxy in policy.proxies} == {"revenue_share.palm", "revenue_share.added_sugar_drinks"}
    assert all(proxy.trap_fr for proxy in policy.proxies)
    # explosives in Rev. 2, liquid biofuels in Rev. 2.1
    assert {proxy.scheme for proxy in policy.proxies if proxy.code == "20.51"} == {"nace_2_1"}


def test_a_pack_is_used_by_copying_its_folder(folder: Path) -> None:
    for pack in ("eu_pab_ctb", "isr_label_v3", "macif_peer"):
        shutil.copytree(PACKS / pack, folder / "rules" / pack)
    policy = load_policy(folder)
    assert len(policy.rules) == 7 + 7 + 4 + 3
    assert "MSCI_Biocides" in {found.id for found in policy.definitions}
    assert "rules/macif_peer/rules/MACIF-NEO@1.yaml" in policy.rule_files
