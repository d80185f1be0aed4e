"""The policy folder: what is read, and how a wrong file is refused (file, line, key, next step)."""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from impact_pipeline.domain.screening import Rule
from impact_pipeline.errors import PolicyFileError
from impact_pipeline.ingest.policy.loading import INDICATORS, load_policy
from impact_pipeline.ingest.policy.strict_yaml import parse, read_documents
from impact_pipeline.ingest.policy.tables import policy_frames
from impact_pipeline.schemas import TABLES
from impact_pipeline.settings import REPOSITORY
from impact_pipeline_tests.carbon.factor_sets import FACTORS

DEMO = REPOSITORY / "data" / "demo" / "policy"
RULE = """\
id: TEST-01
version: "1"
status: approved
title_fr: "Essai"
approved: {by: "Comité", on: 2018-12-14, minutes: "CR-1"}
valid: {from: 2019-01-01}
criteria:
  any:
    - measure: revenue_share.palm
      op: ">"
      value: "5"
"""
OVERRIDE = """\
id: OVR-2026-007
issuer_lei: X
rule: PALM-01
from: EXCLUDED
to: WATCHLIST
reason_fr: "Plan de certification crédible"
evidence: [EV-1]
author: a.x
approver: c.y
approved_on: 2026-02-03
expires_on: 2026-12-31
minutes: "CR-2026-01"
conditions_fr: "plan RSPO SG ≥ 30 % fin 2026"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "policy"
    shutil.copytree(DEMO, copy)
    return copy


def refused(folder: Path, text: str | bytes, name: str = "rules/test.yaml") -> PolicyFileError:
    """The error of a policy with one file replaced."""
    path = folder / name
    if isinstance(text, bytes):
        path.write_bytes(text)
    else:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyFileError) as caught:
        load_policy(folder)
    assert caught.value.file == name
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return caught.value


def test_the_demo_policy_is_what_the_committee_decided() -> None:
    policy = load_policy(DEMO)
    rules = {rule.id: rule for rule in policy.rules}
    assert sorted(rules) == ["DEF-W1", "NEO-01", "PALM-01", "PFAS-W1", "PLA-W1", "SODA-01", "WAT-W1"]
    assert all(rule.status == "approved" for rule in policy.rules)
    thresholds = {
        f"{rule.id}.{name}": (criterion.op, criterion.value)
        for rule in policy.rules
        for name, criterion, _ in rule.criterions()
    }
    assert thresholds == {
        "PALM-01.rev": (">", Decimal(5)),
        "PALM-01.rspo": ("<", Decimal(50)),
        "PALM-01.strict": ("<", Decimal(30)),
        "NEO-01.maker": ("is_true", None),
        "NEO-01.rev": (">", Decimal(0)),
        "SODA-01.rev": (">=", Decimal(20)),
        "PFAS-W1.producer": ("is_true", None),
        "PFAS-W1.release": (">", Decimal("0.1")),
        "PFAS-W1.litigation": ("is_true", None),
        "PFAS-W1.phase_out": ("is_true", None),
        "DEF-W1.policy": ("<", Decimal(4)),
        "WAT-W1.stress": (">=", Decimal(20)),
        "WAT-W1.policy": ("is_false", None),
        "PLA-W1.polymer": (">", Decimal(0)),
        "PLA-W1.packaging": (">=", Decimal(10)),
        "PLA-W1.target": ("is_false", None),
    }
    assert rules["PALM-01"].evidence.max_age_months == 24
    assert rules["SODA-01"].applies_if is not None
    assert rules["SODA-01"].applies_if.roles_any == ("brand_owner", "bottler")
    assert policy.methodology.headline_scopes == "1_2"
    assert tuple(target.indicator_id for target in policy.targets) == INDICATORS


def test_the_tables_of_each_month() -> None:
    months = [dt.date(2018, 12, 31), dt.date(2019, 1, 31), dt.date(2024, 12, 31)]
    frames = policy_frames(load_policy(DEMO), months)
    for name, frame in frames.items():
        TABLES[name].validate(frame)
    # the demo's rules are in force from 2019-01-01
    assert frames["policy.rules"]["as_of_date"].value_counts().sort("as_of_date").rows() == [
        (dt.date(2019, 1, 31), 7),
        (dt.date(2024, 12, 31), 7),
    ]
    assert frames["policy.methodology"].height == 3
    person = frames["policy.targets"].filter(indicator_id="footprint_per_person").row(0, named=True)
    assert (person["target_value"], person["target_date"]) == (49.0, dt.date(2026, 12, 31))
    assert (person["baseline_date"], person["sort_order"]) == (dt.date(2019, 12, 31), 8)


def test_a_rule_ends_before_its_to_date(folder: Path) -> None:
    (folder / "rules" / "test.yaml").write_text(RULE.replace("2019-01-01}", "2019-01-31, to: 2019-02-28}"))
    months = [dt.date(2018, 12, 31), dt.date(2019, 1, 31), dt.date(2019, 2, 28)]
    rows = policy_frames(load_policy(folder), months)["policy.rules"].filter(rule_id="TEST-01")
    assert rows["as_of_date"].to_list() == [dt.date(2019, 1, 31)]


def test_documents_and_lists_in_one_file(folder: Path) -> None:
    second, third = (RULE.replace("TEST-01", name) for name in ("TEST-02", "TEST-03"))
    indented = "".join(f"  {line}\n" for line in third.splitlines())
    (folder / "rules" / "test.yaml").write_text(f"{RULE}---\n{second}---\n-{indented[1:]}", encoding="utf-8")
    policy = load_policy(folder)
    assert {"TEST-01", "TEST-02", "TEST-03"} <= {rule.id for rule in policy.rules}
    assert policy.rule_files.count("rules/test.yaml") == 3


def test_the_digest_follows_every_byte_and_path(folder: Path) -> None:
    assert load_policy(folder).sha256 == load_policy(DEMO).sha256
    before = load_policy(folder).sha256
    (folder / "README.md").write_text("not policy")
    assert load_policy(folder).sha256 == before
    (folder / "overrides").mkdir(exist_ok=True)
    (folder / "overrides" / "2026-001.yaml").write_text(OVERRIDE, encoding="utf-8")
    with_override = load_policy(folder).sha256
    (folder / "overrides" / "2026-001.yaml").rename(folder / "overrides" / "2026-002.yaml")
    assert len({before, with_override, load_policy(folder).sha256}) == 3


def test_a_comment_changes_the_policy_but_not_the_rule(folder: Path) -> None:
    path = folder / "rules" / "test.yaml"
    path.write_text(RULE)
    before = load_policy(folder)
    path.write_text("# why\n" + RULE)
    after = load_policy(folder)
    shas = [next(rule.sha for rule in policy.rules if rule.id == "TEST-01") for policy in (before, after)]
    assert shas[0] == shas[1]
    assert before.sha256 != after.sha256
    path.write_text(RULE.replace('"5"', '"6"'))
    assert next(rule.sha for rule in load_policy(folder).rules if rule.id == "TEST-01") != shas[0]


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "words"),
    [
        ('      value: "5"\n', "", 9, "value", ["no value", "a threshold between quotes"]),
        ('value: "5"', 'vaule: "5"', 11, "vaule", ["unknown key vaule", "Did you mean value?"]),
        ('value: "5"', "value: 5", 11, "value", ["found 5", "a number between quotes"]),
        ('value: "5"', "value: 5.0", 11, "value", ["5.0 without quotes"]),
        ('value: "5"', 'value: "5,5"', 11, "value", ["'5,5'", "with a dot"]),
        ('value: "5"', 'value: "NaN"', 11, "value", ["'NaN'"]),
        ('value: "5"', 'value: "1_000"', 11, "value", ["'1_000'"]),
        ('value: "5"', 'value: "500"', 9, "any", ["percentage threshold"]),
        ('value: "5"', "value: !!str 5", 11, None, ["the tag"]),
        ('value: "5"', 'value: &x "5"', 11, None, ["anchor or alias"]),
        ('value: "5"', 'value: "5"\n      value: "6"', 12, "value", ["the key value twice"]),
        ('op: ">"', 'op: "=>"', 10, "op", ["'=>'", "'>='"]),
        ("measure: revenue", "measur: revenue", 9, "measur", ["unknown key measur", "Did you mean measure?"]),
        ("criteria:\n  any:", "criteria:\n  some:", 8, "some", ["unknown key some"]),
        ("status: approved", "status: agreed", 3, "status", ["'agreed'", "'approved'"]),
        ("status: approved", "status: no", 3, "status", ["no without quotes"]),
        ("title_fr: \"Essai\"\n", "", None, "title_fr", ["no title_fr"]),
        ("from: 2019-01-01", "from: 2019-02-30", 6, "from", ["the day 2019-02-30"]),
        ("from: 2019-01-01", "from: 2019-01-01, to: 2018-01-01", 6, "valid", ["'to' must be after 'from'"]),
        ("approved: {by: \"Comité\", on: 2018-12-14, minutes: \"CR-1\"}\n", "", 1, None, ["who approved it"]),
        ("  any:\n", "  any: [\n", None, None, ["found"]),
        ("id: TEST-01", "id: PALM-01", 2, "version", ["PALM-01 version 1 twice"]),
        (
            'id: TEST-01\nversion: "1"', 'id: PALM-01\nversion: "2"', 6, "valid",
            ["versions 1 and 2 in force together", "Give the older one a 'to' date"],
        ),
        ('value: "5"', 'value: "5"\n      set: neonic_IRAC4', 12, "set", ["Did you mean neonic_IRAC4A?"]),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_refused_with_its_place(
    folder: Path, old: str, new: str, row: int | None, column: str | None, words: list[str]
) -> None:
    assert old in RULE
    error = refused(folder, RULE.replace(old, new))
    if row is not None:
        assert error.row == row
    if column is not None:
        assert error.column == column
    for word in words:
        assert word in str(error)


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        ('{"unknown": CLEARED}', "'CLEARED'"),
        ('{"unknown_exposed": EXCLUDED}', "'EXCLUDED'"),
        ('{"false": UNKNOWN}', "'UNKNOWN'"),
        ('{"true": CLEARED}', "'CLEARED'"),
    ],
)
def test_no_rule_may_clear_the_unknown_or_exclude_without_proof(folder: Path, outcome: str, word: str) -> None:
    assert word in str(refused(folder, f"{RULE}outcome: {outcome}\n"))


def test_bytes_that_are_no_policy(folder: Path) -> None:
    assert "not UTF-8" in str(refused(folder, RULE.encode("latin-1")))
    assert "#x0000" in str(refused(folder, RULE.encode() + b"\x00"))
    assert "at most 1000000 bytes" in str(refused(folder, "# " + "x" * 1_000_001))
    assert "more than 40 levels" in str(refused(folder, "[" * 5000))
    assert "an empty file" in str(refused(folder, "# nothing here\n"))
    assert "keys and values" in str(refused(folder, "just a sentence\n"))
    assert "used as a key" in str(refused(folder, "? [a, b]\n: c\n"))


def test_every_truncation_of_a_rule_is_refused_or_whole(tmp_path: Path) -> None:
    """Cut anywhere, a rule is never read as another rule."""
    path = tmp_path / "test.yaml"
    data = RULE.encode()

    def read() -> list[Rule]:
        return [parse(Rule, document) for document in read_documents(path, "test.yaml")]

    path.write_bytes(data)
    whole = read()
    for cut in range(1, len(data)):
        path.write_bytes(data[:cut])
        try:
            found = read()
        except PolicyFileError:
            continue
        assert found == whole


@pytest.mark.parametrize(
    ("name", "old", "new", "at_the_cell", "words"),
    [
        ("methodology.yaml", 'headline_scopes: "1_2"', "headline_scopes: 1_2", True, ["1_2 without quotes"]),
        ("methodology.yaml", "outstanding: nominal", "outstanding: nominale", True, ["expected 'nominal'"]),
        ("methodology.yaml", "scope_2_preferred: market\n", "", False, ["no scope_2_preferred"]),
        ("targets.yaml", "unit: score", "units: score", False, ["unknown key units", "Did you mean unit?"]),
        ("targets.yaml", "id: data_quality", "id: quality", False, ["'quality'"]),
        ("targets.yaml", "id: carbon_coverage", "id: pfas_exposure", False, ["pfas_exposure twice"]),
        ("targets.yaml", 'target_value: "49"', "target_value: null", False, ["target_date together"]),
        ("targets.yaml", 'target_value: "49"', "target_value: 49", False, ["a number between quotes"]),
        ("targets.yaml", "unit: kgCO2e/person", "unit: tCO2e/person", False, ["unit: kgCO2e/person, in which"]),
        (
            "targets.yaml",
            "unit: ratio\n",
            'unit: ratio\n  target_value: "-50"\n  target_date: 2030-12-31\n',
            False,
            ['"-0.5" for minus 50 %'],
        ),
        ("sets/neonicotinoids.yaml", "135410-20-7", "135410-20-8", False, ["right check digit"]),
    ],
)  # fmt: skip
def test_the_other_files_are_as_strict(
    folder: Path, name: str, old: str, new: str, at_the_cell: bool, words: list[str]
) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    error = refused(folder, text.replace(old, new, 1), name)
    if at_the_cell:
        assert error.row == text[: text.index(old)].count("\n") + 1
    for word in words:
        assert word in str(error)


def test_a_file_nobody_would_read_is_an_error(folder: Path) -> None:
    assert "the ending .yml" in str(refused(folder, RULE, "rules/test.yml"))
    (folder / "rules" / "test.yml").unlink()
    assert "Did you mean targets.yaml?" in str(refused(folder, "{}", "target.yaml"))
    (folder / "target.yaml").unlink()
    (folder / "rule").mkdir()
    assert "Did you mean rules?" in str(refused(folder, RULE, "rule/test.yaml"))


def test_a_policy_older_than_the_newest_keys_still_loads(folder: Path) -> None:
    """What the keys default to is what was done before there were any."""
    path = folder / "methodology.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("unlisted_equity_outstanding")], encoding="utf-8")
    method = load_policy(folder).methodology
    assert (method.unlisted_equity_outstanding, method.sector_average) == ("market_value", "none")
    assert (method.own_entities, method.use_of_proceeds_allocations) == ((), ())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('sector: "46"', 'sector: "04"', "a section letter or a two-digit division of NACE"),
        ("price_year: 2015", "price_year: 2016", "the price_index of the price_year 2016"),
        ('sector: "46"', "sector: C", "each year and each sector once"),
        ('tco2e_per_meur_revenue: "0.002", ', "", "tco2e_per_meur_revenue, tco2e_per_meur_assets or both"),
        ('"0.1"', '"-0.1"', "greater than or equal to 0"),
        ("id: TEST-SET", "id: none", "another id than none"),
    ],
)
def test_a_wrong_factor_set_is_refused(folder: Path, old: str, new: str, expected: str) -> None:
    assert old in FACTORS
    assert expected in str(refused(folder, FACTORS.replace(old, new), "sets/factors.yaml"))


def test_a_policy_without_rules_or_methodology_is_no_policy(folder: Path) -> None:
    (folder / "methodology.yaml").unlink()
    with pytest.raises(PolicyFileError, match="Copy it from the demo policy"):
        load_policy(folder)
    shutil.rmtree(folder / "rules")
    with pytest.raises(PolicyFileError, match="no rule"):
        load_policy(folder)
    with pytest.raises(PolicyFileError, match="no such folder"):
        load_policy(folder / "nowhere")
