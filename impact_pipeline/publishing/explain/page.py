"""The answer as lines of French text, for a terminal or a file."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from impact_pipeline.publishing.explain.wording import (
    BASES,
    LULUCF,
    PERIMETERS,
    REASONS,
    SCOPES,
    STATUSES,
    USES_OF_PROCEEDS,
    as_delivered,
    day,
    fr,
    percent,
    with_unit,
)

_MILLION = Decimal(1_000_000)


def page(answer: dict[str, Any]) -> list[str]:
    """Lines of the page; nested answers (both months of a change) follow, each complete."""
    lines = [*_head(answer), *_formula(answer), *_coverage(answer)]
    if answer["contributors"]:
        lines += _contributors(answer["contributors"], "Contributions")
    if answer.get("uncovered") and answer["uncovered"]["top"]:
        lines += _contributors(answer["uncovered"], "Plus grandes lignes non couvertes")
    if answer.get("unknown") and answer["unknown"]["top"]:
        lines += _contributors(answer["unknown"], "Plus grandes lignes non classées")
    for nested in answer.get("nested", ()):
        lines += ["", *page(nested)]
    return lines


def _head(answer: dict[str, Any]) -> Iterator[str]:
    month = day(answer["as_of_date"])
    yield f"{answer['label_fr']}  [{answer['figure']}]"
    status = STATUSES.get(answer["status"], answer["status"])
    if answer["value"] is None:
        yield f"  inconnu au {month} ({status}) : {answer['reason_fr'] or '–'}"
    else:
        reason = f" ; {answer['reason_fr']}" if answer["reason_fr"] else ""
        yield f"  {with_unit(answer['value'], answer['unit'])} au {month} ({status}{reason})"
    yield _field("Connu au", day(answer["known_as_of"]))
    yield _field("Périmètre", _perimeter(answer))
    if answer.get("upper_value") is not None:
        yield _field("Borne haute", f"{percent(answer['upper_value'])} si tout ce qui n'est pas classé comptait")
    if answer.get("target_value") is not None:
        yield _field("Cible", f"{with_unit(answer['target_value'], answer['unit'])} au {day(answer['target_date'])}")


def _perimeter(answer: dict[str, Any]) -> str:
    known = answer["perimeter"]
    name = known["perimeter"]
    said = [f"{PERIMETERS[name]} ({name})" if name in PERIMETERS else name]
    if "scopes" in known:
        said.append(SCOPES[known["scopes"]])
    if "lulucf" in known:
        said.append(LULUCF[known["lulucf"]])
    if "code" in known:
        said.append("toutes les classes" if known["code"] == "TOTAL" else f"classe {known['code']}")
    if "rule_id" in known:
        said.append("toutes les règles d'exclusion" if known["rule_id"] == "ALL" else f"règle {known['rule_id']}")
    if known.get("year"):
        said.append(f"bilan propre de {known['year']}")
    if known.get("baseline_date"):
        said.append(f"référence au {day(known['baseline_date'])}")
    whole = answer["portfolio_id"] == "ALL"
    said.append("toute l'entité (ALL)" if whole else f"portefeuille {answer['portfolio_id']}")
    return ", ".join(said)


def _formula(answer: dict[str, Any]) -> Iterator[str]:
    method, numbers = answer["method"], answer["numbers"]
    yield _field("Méthode", f"{method['method_id']} : {method['name_fr']}")
    yield _field("", f"{method['standard']}, {method['reference']} ({method['grade_fr']})")
    yield _field("Formule", method["formula_fr"])
    above = with_unit(numbers["numerator"], numbers["numerator_unit"])
    value = with_unit(answer["value"], answer["unit"])
    if not numbers["denominator_unit"]:
        yield _field("", f"= {above}")
    else:
        below = with_unit(numbers["denominator"], numbers["denominator_unit"])
        if numbers["shown_in_millions"] and numbers["denominator"] is not None:
            below = f"{fr(numbers['denominator'] / _MILLION)} MEUR"
        yield _field("", f"= {above} / {below}{' - 1' if method['method_id'] == 'IMPACT-CHANGE' else ''} = {value}")
    for cell in answer.get("denominator_inputs", ()):
        yield _field("", _cell(cell))


def _coverage(answer: dict[str, Any]) -> Iterator[str]:
    coverage = answer["coverage"]
    yield _field("Couverture", f"{percent(coverage['ratio'])} ({coverage['whole_fr']})")
    yield from _reasons(coverage["reasons"])
    if coverage["outside"]:
        yield _field("Non éligible", "dans le périmètre, mais hors du calcul, en valeur de marché")
        yield from _reasons(coverage["outside"])


def _reasons(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        label = REASONS.get(row["reason"], row["reason"])
        yield f"      {label:<52} {fr(row['value_eur']):>20} EUR {_lines(row['lines']):>14}"
    if rows:
        total = sum((row["value_eur"] for row in rows if row["value_eur"] is not None), Decimal(0))
        yield f"      {'= total':<52} {fr(total):>20} EUR {_lines(sum(row['lines'] for row in rows)):>14}"


def _contributors(found: dict[str, Any], title: str) -> Iterator[str]:
    unit, rest = found["unit"], found["rest"]
    yield f"  {title} ({unit})"
    for part in found["top"]:
        share = percent(part["share_ratio"], 1)
        yield f"  {part['place']:>4}. {fr(part['contribution']):>20}  {share:>8}  {_name(part)}"
        for line in _detail(part):
            yield f"          {line}"
    if rest["lines"]:
        share = percent(rest["share_ratio"], 1)
        yield f"        {fr(rest['contribution']):>20}  {share:>8}  le reste : {_lines(rest['lines'])}"
    yield f"      = {fr(found['total']):>20}            total : {_lines(found['lines'])}"


def _name(part: dict[str, Any]) -> str:
    if "category" in part:
        return str(part["label_fr"])
    who = part["issuer_name"] or part["issuer_id"] or part["instrument_name"] or "émetteur inconnu"
    path = f" via {part['lookthrough_path']}" if part["lookthrough_path"] else ""
    instrument = " ".join(filter(None, (part["instrument_id"], part["instrument_name"])))
    return f"{who} | {part['portfolio_id']}, ligne {part['line_id']}{path} | {instrument or '–'}"


def _detail(part: dict[str, Any]) -> Iterator[str]:
    if part.get("counted_as") == "revenue_intensity" and part.get("fund_declared_eur") is None:
        yield _intensity(part)
    elif part.get("attribution_factor") is not None and part.get("counted_as") != "amount":
        yield _attribution(part)
    elif part.get("fund_declared_eur") is not None:
        covered = f"{fr(part['fund_declared_eur'])} EUR couverts sur {fr(part['outstanding_eur'])} EUR"
        yield f"{covered} ; {BASES['fund_declared']}, exercice {part['emissions_fiscal_year'] or '–'} ; sans score PCAF"
    elif "country_tco2e" in part:
        yield (
            f"{fr(part['outstanding_eur'])} EUR ; pays {part['country'] or '–'} : {fr(part['country_tco2e'])} tCO2e,"
            f" {BASES[part['denominator_basis']]} {fr(part['denominator'], 0)} {part['denominator_unit']},"
            f" exercice {part['emissions_fiscal_year'] or '–'}"
        )
    elif "classified_share" in part:
        yield (
            f"{fr(part['market_value_eur'])} EUR × {as_delivered(part['classified_share'])}"
            f" (classe {part['code']}, par {part['subject_id']})"
        )
    for rule in part.get("rules", ()):
        until = f" ; {rule['position_status']}, avant le {day(rule['divest_by'])}" if rule["divest_by"] else ""
        yield f"{rule['rule_id']} {rule['outcome']}{until} : {rule['text_fr'] or '–'}"
    if "reason" in part:
        yield REASONS.get(part["reason"], part["reason"])
    for cell in part.get("inputs", ()):
        yield _cell(cell)


def _attribution(part: dict[str, Any]) -> str:
    basis = BASES.get(part["denominator_basis"], part["denominator_basis"])
    return (
        f"{fr(part['outstanding_eur'])} EUR / {fr(part['denominator_eur'])} EUR ({basis})"
        f" = {fr(part['attribution_factor'], 10)} ; {_emissions(part)}{_proceeds(part)} ; exercices :"
        f" {_years(part)} ; score {fr(part['data_quality_score'], 0)}"
    )


def _intensity(part: dict[str, Any]) -> str:
    revenue = "inconnu" if part["revenue_eur"] is None else f"{fr(part['revenue_eur'])} EUR"
    return f"{_emissions(part)} ; chiffre d'affaires {revenue} ; exercices : {_years(part)}"


def _emissions(part: dict[str, Any]) -> str:
    known = (
        f"scope {scope} {fr(part[f'scope_{scope}_tco2e'])} t"
        for scope in (1, 2, 3)
        if part[f"scope_{scope}_tco2e"] is not None
    )
    return " ; ".join(known) or "émissions inconnues"


def _years(part: dict[str, Any]) -> str:
    years = f"émissions {part['emissions_fiscal_year'] or '–'}, scope 3 {part['scope_3_fiscal_year'] or '–'}"
    return f"{years}, bilan {part['financials_fiscal_year'] or '–'}"


def _proceeds(part: dict[str, Any]) -> str:
    """What the factor multiplies in scopes 1+2 when it is not the issuer's (methodology.yaml)."""
    basis = part.get("use_of_proceeds_basis")
    if basis is None:
        return ""
    tonnes = "" if basis == "issuer_level" else f"{fr(part['attributed_scope_1_2_tco2e'])} t attribuées en scopes 1+2, "
    return f" ; {tonnes}{USES_OF_PROCEEDS[basis]} (use_of_proceeds_allocations)"


def _cell(cell: dict[str, Any]) -> str:
    more = [f"exercice {cell['fiscal_year']}"] if cell.get("fiscal_year") else []
    more += [f"au {day(cell['reference_date'])}"] if cell.get("reference_date") else []
    more += [str(cell[name]) for name in ("basis", "source", "measure", "locator") if cell.get(name)]
    if cell.get("fund_value_eur") is not None:
        more.append(f"fonds de {fr(cell['fund_value_eur'])} EUR")
    if cell.get("profile_id"):
        more.append(f"lu par le profil {cell['profile_id']}")
    if cell.get("corrected_fr"):
        more.append(cell["corrected_fr"])
    said = f" ({', '.join(more)})" if more else ""
    value = f", {cell['column']} = {as_delivered(cell['value'])} {cell['unit']}".rstrip() if cell["column"] else ""
    return f"{cell['what_fr']:<26} {cell['file']}, ligne {cell['row']}{value}{said}"


def _lines(count: int) -> str:
    return f"{count} {'ligne' if count < 2 else 'lignes'}"


def _field(name: str, text: str) -> str:
    return f"  {name:<13} {text}"
