"""``impact policy``: check a policy folder, print the card a committee signs, measure a change before a vote."""

import datetime as dt
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from impact_pipeline.console import (
    HomeOption,
    JsonOption,
    MonthOption,
    PolicyOption,
    number,
    out,
    parse_month,
    print_json,
    print_rows,
)
from impact_pipeline.errors import ImpactPipelineError, NotFoundError, SettingsError
from impact_pipeline.settings import Settings

if TYPE_CHECKING:
    from impact_pipeline.domain.screening.rules import Rule
    from impact_pipeline.ingest.policy.loading import Policy
    from impact_pipeline.wiring.rule_changes import PolicyChange

policy_app = typer.Typer(
    no_args_is_help=True, help="Check a policy, print a rule card, measure a change before a vote."
)
_SOON_DAYS = 90
_SHA = 12


@policy_app.command()
def check(policy: PolicyOption = None, as_json: JsonOption = False) -> None:
    """Read everything of a policy folder; the first fault stops with file, line and key (exit 2)."""
    from impact_pipeline.ingest.policy.loading import load_policy
    from impact_pipeline.ingest.profiles.recognition import load_profiles

    folder = Settings.load(policy=policy).policy
    found = load_policy(folder)
    load_profiles(folder / "profiles")
    listed = _listed(found)
    warnings = _warnings(found, dt.date.today())
    if as_json:
        print_json({"policy": str(folder), "sha256": found.sha256, **listed, "warnings": warnings})
        return
    for title, rows in listed.items():
        print_rows(title, rows)
    for warning in warnings:
        out.print(f"warning: {warning}", markup=False, highlight=False)
    out.print(f"{folder}: {len(found.files)} files, sha256 {found.sha256[:_SHA]}", markup=False, highlight=False)


def _listed(found: "Policy") -> dict[str, list[dict[str, Any]]]:
    return {
        "rules": [
            {
                "rule": f"{rule.id}@{rule.version}",
                "status": rule.status,
                "valid_from": rule.valid.start,
                "valid_to": rule.valid.end,
                "inherits": rule.inherits,
                "sha": rule.sha[:_SHA],
                "file": file,
            }
            for rule, file in zip(found.rules, found.rule_files, strict=True)
        ],
        "sets": [{"set": one.id, "members": len(one.members), "title_fr": one.title_fr} for one in found.sets]
        + [{"set": f"definition {one.id}", "members": None, "title_fr": one.text_fr} for one in found.definitions],
        "overrides": [
            {
                "override": one.id,
                "issuer_id": one.issuer_id,
                "rule": one.rule,
                "change": f"{one.from_outcome} -> {one.to_outcome}",
                "expires_on": one.expires_on,
                "file": file,
            }
            for one, file in zip(found.overrides, found.override_files, strict=True)
        ],
        "engagements": [
            {
                "engagement": one.id,
                "issuer_id": one.issuer_id,
                "theme": one.theme,
                "opened": one.opened,
                "closed": one.closed,
                "file": file,
            }
            for one, file in zip(found.engagements, found.engagement_files, strict=True)
        ],
        "corrections": [
            {
                "correction": placed.correction.id,
                "cell": placed.correction.cell,
                "change": f"{placed.correction.old or 'empty'} -> {placed.correction.new or 'empty'}",
                "expires_on": placed.correction.expires_on,
                "file": placed.document.file,
            }
            for placed in found.corrections
        ],
    }


def _warnings(found: "Policy", today: dt.date) -> list[str]:
    drafts = [
        f"{rule.id}@{rule.version} is a draft: it watches, it cannot exclude"
        for rule in found.rules
        if rule.status == "draft"
    ]
    unsigned = [
        f"{rule.id}@{rule.version} names no minutes"
        for rule in found.rules
        if rule.status != "draft" and not (rule.approved and rule.approved.minutes.strip())
    ]
    # a holdings line is of one month: its correction never runs out in practice
    shared = [placed.correction for placed in found.corrections if placed.correction.dataset != "holdings"]
    timed = [(one.id, one.expires_on, "idle") for one in found.overrides]
    timed += [(one.id, one.expires_on, "months that end later read the cell as delivered") for one in shared]
    expiring = [
        f"{name} expires on {day}, in {(day - today).days} days"
        for name, day, _ in timed
        if today <= day <= today + dt.timedelta(days=_SOON_DAYS)
    ]
    expired = [f"{name} expired on {day}: {then}" for name, day, then in timed if day < today]
    return [*drafts, *unsigned, *_strange_words(found), *expiring, *expired]


def _strange_words(found: "Policy") -> list[str]:
    """Roles without a French name and commodities of no set: most likely misspelt, and then no evidence ever fits."""
    from impact_pipeline.domain.screening.wording import ROLES_FR

    goods = sorted({member for members in found.set_members.values() for member in members})
    strange = []
    for rule in found.rules:
        asks = rule.applies_if
        roles = {role for _, criterion, _ in rule.criterions() for role in criterion.roles}
        for kind, words, known in (
            ("role", roles | set(asks.roles_any if asks else ()), list(ROLES_FR)),
            ("commodity", set(asks.commodities_any if asks else ()), goods),
        ):
            for word in sorted(words - set(known)):
                near = difflib.get_close_matches(word, known, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                strange.append(f"{rule.id}@{rule.version} asks for the {kind} {word}, which nothing else names{hint}")
    return strange


@policy_app.command()
def card(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="PALM-01, or PALM-01@1 for one version.")],
    policy: PolicyOption = None,
    output: Annotated[
        str | None, typer.Option("--output", help="Write to this file; HTML when it ends with .html.")
    ] = None,
) -> None:
    """Print the one-page card of a rule, in French: what the committee signs."""
    from impact_pipeline.ingest.policy.loading import load_policy
    from impact_pipeline.publishing.rule_card import rule_card
    from impact_pipeline.publishing.rule_card_pages import to_html, to_markdown

    found = load_policy(Settings.load(policy=policy).policy)
    content = rule_card(_rule_called(rule, found), found)
    text = to_html(content) if output and output.endswith(".html") else to_markdown(content)
    if output is None:
        print(text, end="")  # noqa: T201 - Markdown must not be wrapped
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"--output {output}: {error.strerror}; give a file in a folder that exists") from None


def _rule_called(name: str, found: "Policy") -> "Rule":
    """The rule by ``id@version``, or by id in its latest version."""
    named = [rule for rule in found.rules if name in (rule.id, f"{rule.id}@{rule.version}")]
    if not named:
        known = [f"{rule.id}@{rule.version}" for rule in found.rules]
        near = difflib.get_close_matches(name, [*known, *(rule.id for rule in found.rules)], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise NotFoundError(f"rule {name!r}: the policy has {', '.join(known)}{hint}")
    return max(named, key=lambda rule: rule.valid.start)


@policy_app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="Policy folder before.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Policy folder after.")],
    month: MonthOption,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what NEW would change in a published month: rules, names in and out, outcomes, EUR. Writes nothing.

    A rule version that only NEW has is evaluated as if it were approved and in force.
    """
    from impact_pipeline.wiring.rule_changes import policy_change

    readers, day = Settings.load(home=home).readers, parse_month(month)
    change = policy_change(readers, _policy_in(old), _policy_in(new), day)
    if as_json:
        _print_change_json(change, month)
    else:
        _print_change(change, month)


def _policy_in(folder: str) -> "Policy":
    from impact_pipeline.ingest.policy.loading import load_policy

    path = Settings.load(policy=folder).policy
    if not path.is_dir():
        raise SettingsError(f"policy folder {folder} does not exist")
    try:
        return load_policy(path)
    except ImpactPipelineError as error:
        raise SettingsError(f"{folder}: {error}") from None


def _print_change_json(change: "PolicyChange", month: str) -> None:
    print_json(
        {
            "month": month,
            "rules": [
                {**vars(rule), "keys": [dict(zip(("key", "old", "new"), key, strict=True)) for key in rule.keys]}
                for rule in change.rules
            ],
            "names": change.names.to_dicts(),
            "outcomes": change.outcomes.to_dicts(),
            "totals": change.totals.to_dicts(),
        }
    )


def _print_change(change: "PolicyChange", month: str) -> None:
    if not change.rules and change.outcomes.is_empty():
        out.print(f"{month}: no rule and no outcome changes", highlight=False)
        return
    for rule in change.rules:
        versions = " -> ".join(version for version in (rule.old_version, rule.new_version) if version)
        assumed = f" (evaluated as if {' and '.join(rule.assumed)})" if rule.assumed else ""
        out.print(f"{rule.rule_id} {rule.change}: version {versions}{assumed}", markup=False, highlight=False)
        if rule.change == "changed" and rule.old_version == rule.new_version:
            out.print(
                "  warning: the same version with other content; a signed version is never edited", highlight=False
            )
        for key, was, now in rule.keys:
            out.print(f"  {key}: {was or 'absent'} -> {now or 'absent'}", markup=False, highlight=False)
    for movement in ("in", "out"):
        names = change.names.filter(movement=movement)
        print_rows(f"names {movement}", names.select("issuer_id", "issuer_name", "rules", "exposure_eur").to_dicts())
    wanted = ("issuer_id", "issuer_name", "rule_id", "old_outcome", "new_outcome", "exposure_eur")
    listed = [row for row in change.outcomes.select(wanted).to_dicts() if _is_listed(row)]
    print_rows("changed outcomes", listed)
    if unlisted := change.outcomes.height - len(listed):
        out.print(
            f"{unlisted} outcomes of added or removed rules ask nothing of holders: counted below", highlight=False
        )
    for total in change.totals.to_dicts():
        moved = f"{total['old_outcome'] or 'no rule'} -> {total['new_outcome'] or 'no rule'}"
        held = f"{total['issuers']} issuers, {total['held']} held, {number(total['exposure_eur'])} EUR"
        out.print(f"{total['rule_id']} {moved}: {held}", markup=False, highlight=False)


def _is_listed(row: dict[str, Any]) -> bool:
    """A rule that comes or goes has an outcome for everybody: only those that hold something back are worth a line."""
    sides = (row["old_outcome"], row["new_outcome"])
    return None not in sides or bool({"ENGAGEMENT", "WATCHLIST", "EXCLUDED"} & set(sides))
