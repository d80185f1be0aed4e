"""The portfolios of the mutual and their lines.

Roots: the general account and three mandates. Dedicated funds 1 and 2 arrive as TPT files; the nested fund of
fund 1, the open funds that publish their lines and the 2024 health fund are canonical rows.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from generator import strategic
from generator.base import Row, month, stream
from generator.ids import break_digit, make_fund_isin, make_isin, make_lei
from generator.issuers import roster
from generator.lines import Line, bonds, equity, window

GENERAL, CREDIT, SHARES, JOBS = "COMPTE-GENERAL", "MANDAT-OBLIG", "MANDAT-ACTIONS", "MANDAT-EMPLOI"
FUND_1, FUND_2, NESTED = make_fund_isin("fund-1"), make_fund_isin("fund-2"), make_fund_isin("nested")
OPEN_CLIMATE, OPEN_MIXED, OPEN_CREDIT = (make_fund_isin(f"open-{n}") for n in (1, 2, 3))
HEALTH = make_fund_isin("health-fund")
MUTE_FUND = make_fund_isin("mute-fund")
HEALTH_START = month(2024, 3)
JOBS_EXIT = month(2024, 1)  # the mandate sells a third of its lines to pay for the health fund
FUND_2_SHARE = 0.8
FUND_1_GENERAL_SHARE = 0.65


@dataclass(frozen=True)
class Portfolio:
    """One row of the `portfolios` dataset."""

    portfolio_id: str
    name: str
    kind: str
    pocket: str = ""


PORTFOLIOS = (
    Portfolio(GENERAL, "Compte général", "general_account", "return"),
    Portfolio(CREDIT, "Mandat obligataire euro", "mandate", "return"),
    Portfolio(SHARES, "Mandat actions européennes", "mandate", "return"),
    Portfolio(JOBS, "Mandat emplois et régions", "mandate", "return"),
    Portfolio(FUND_1, "Orvane Crédit Dédié", "dedicated_fund"),
    Portfolio(FUND_2, "Orvane Actions Monde Dédié", "dedicated_fund"),
    Portfolio(NESTED, "Orvane Obligations Vertes Dédié", "dedicated_fund"),
    Portfolio(OPEN_CLIMATE, "Talverne Climat Actions", "open_fund"),
    Portfolio(OPEN_MIXED, "Talverne Diversifié", "open_fund"),
    Portfolio(OPEN_CREDIT, "Ostrel Crédit Court", "open_fund"),
    Portfolio(HEALTH, "Déterminants de Santé PME (fonds dédié)", "dedicated_fund"),
)


def _pick(group: str, numbers: range | list[int]) -> list[str]:
    """Return issuer keys of a group."""
    return [f"{group}-{number:02}" for number in numbers]


def _size(line_id: str, mean: float) -> float:
    """Return a size around a mean."""
    return mean * stream("size", line_id).uniform(0.6, 1.4)


CREDIT_CASES: dict[str, tuple[float, dict[str, object]]] = {
    "neo-group": (1.2, {"use_of_proceeds": "eu_green_bond"}),
    "neo-vehicle": (0.8, {"guarantor": "neo-group"}),
    "soda-bank": (3.0, {}),
    "palm-limit": (3.0, {}), "soda-brewer": (4.0, {}), "pfas-maker": (8.0, {}), "pfas-emitter": (4.0, {}),
    "pfas-leaver": (5.0, {}), "pfas-parent": (4.0, {}), "soda-water": (3.0, {}), "plastic-maker": (4.0, {}),
    "forest-silent": (3.0, {}), "water-poor": (3.0, {}), "neo-associate": (3.0, {}),
    "soda-segments": (0.7, {"use_of_proceeds": "green"}),
}  # fmt: skip


def _credit() -> list[Line]:
    """Return the bond mandate: public issuers, companies, banks, covered bonds, bonds of the cases."""
    lines: list[Line] = []
    weights = {"FR": 6, "DE": 4, "IT": 4, "ES": 3, "BE": 2, "NL": 2, "US": 1, "AT": 1}
    for country, count in weights.items():
        for rank in range(count):
            code = f"OB-{country}{rank + 1}"
            lines += bonds(CREDIT, code, f"state-{country}", _size(code, 11.0), asset_class="sovereign_bond")
    lines += bonds(CREDIT, "OB-SUPRA", "supra", 14.0, asset_class="supranational_bond", use_of_proceeds="social")
    lines += bonds(CREDIT, "OB-REGION", "region", 16.0, asset_class="sub_sovereign_bond", use_of_proceeds="green")
    for issuer in [
        *_pick("large", range(1, 51)),
        *_pick("bank", range(1, 13)),
        *_pick("insurer", range(1, 5)),
    ]:
        code = f"OB-{issuer}"
        traits: dict[str, object] = {"use_of_proceeds": "green"} if issuer.endswith("7") else {}
        lines += [window(line) for line in bonds(CREDIT, code, issuer, _size(code, 4.3), **traits)[:1]]
        lines += bonds(CREDIT, code + "r", issuer, _size(code, 4.3), start=lines[-1].maturity)
    for issuer in _pick("bank", [1, 2, 3, 6, 10, 13]):
        lines += bonds(CREDIT, f"OF-{issuer}", issuer, 5.5, asset_class="covered_bond")
    for issuer, (size, traits) in CREDIT_CASES.items():
        if size:
            lines += bonds(CREDIT, f"OB-{issuer}", issuer, size, **traits)
    swap = bonds(CREDIT, "OB-echangeable", "soda-bank", 0.9, underlying="soda-maker")
    lines += [replace(line, cic="FR22", name=line.name + " échangeable") for line in swap]
    lines += [replace(line, issuer_id=make_lei("nowhere"), name="Émetteur inconnu du référentiel")
              for line in bonds(CREDIT, "OB-inconnu", "large-51", 0.4)]  # fmt: skip
    typo = bonds(CREDIT, "OB-faute", "state-NL", 0.4, asset_class="sovereign_bond")
    lines += [replace(line, instrument=break_digit(line.instrument)) for line in typo]
    lines.append(Line("OB-LIQ", CREDIT, "cash", "Compte espèces mandat", 4.0, "bank-01", cic="XT72",
                      asset_class="cash"))  # fmt: skip
    return lines


SHARE_CASES = {
    "palm-certified": 1.1, "palm-conflict": 3, "soda-band": 3, "soda-shop": 3, "soda-near": 2.5,
    "soda-light": 2,
    "neo-band": 1.5, "pfas-drug": 4, "pfas-maker": 5, "pfas-operator": 2.5, "pfas-origin": 4,
    "forest-good": 3,
    "forest-poor": 2.5, "forest-half": 2.5, "water-good": 2.5, "water-open": 1.5, "plastic-user": 2.5,
    "plastic-target": 2, "twin-fr": 2, "twin-de": 1.5, "palm-silent": 2, "palm-weak-proof": 2,
    "palm-stale-in": 1,
    "palm-segments": 2.5, "palm-not-covered": 1.5, "palm-researched": 1.5, "neo-weak-proof": 1,
    "palm-volume": 1,
}  # fmt: skip


def _shares() -> list[Line]:
    """Return the equity mandate: CIC only, no asset class, values in line currency."""
    lines = []
    for issuer in [*_pick("large", range(16, 59)), *_pick("insurer", [5, 6]), *_pick("bank", [9, 14])]:
        code = f"AC-{issuer}"
        lines.append(window(equity(SHARES, code, issuer, _size(code, 2.6), asset_class="")))
    for issuer in _pick("world", [8, 9, 10, 12]):
        lines.append(equity(SHARES, f"AC-{issuer}", issuer, 2.2, asset_class=""))
    for issuer in _pick("large", [59, 60]):
        lines.append(equity(SHARES, f"AC-{issuer}", issuer, 0.25, asset_class=""))
    for issuer, size in SHARE_CASES.items():
        lines.append(equity(SHARES, f"AC-{issuer}", issuer, size, asset_class=""))
    lines.append(equity(SHARES, "AC-pfas-spin", "pfas-spin", 2.0, asset_class="", start=month(2023, 12)))
    for letter in "ABC":
        name = f"{roster()['soda-maker'].name} action {letter}"
        lines.append(equity(SHARES, f"AC-soda-maker-{letter}", "soda-maker", 0.3, asset_class="", name=name,
                            instrument=make_isin(f"soda-maker:{letter}", "FR")))  # fmt: skip
    wrong = break_digit(roster()["large-60"].issuer_id)
    lines.append(equity(SHARES, "AC-faute", "large-60", 0.3, asset_class="", issuer_id=wrong))
    lines.append(Line("AC-LIQ", SHARES, "cash", "Compte espèces mandat", 3.0, "bank-02", cic="XT72"))
    return lines


def _jobs() -> list[Line]:
    """Return the jobs mandate: listed small and mid caps, shares and bonds."""
    lines = []
    for issuer in _pick("small", range(1, 17)):
        lines.append(equity(JOBS, f"EM-{issuer}", issuer, _size(f"EM-{issuer}", 3.3)))
    for issuer in _pick("small", range(12, 25)):
        lines += bonds(JOBS, f"EO-{issuer}", issuer, _size(f"EO-{issuer}", 2.9))
    lines = [replace(line, end=min(line.end, JOBS_EXIT)) if int(line.issuer[-2:]) % 3 == 0 else line for line in lines]
    lines = [line for line in lines if line.start <= line.end]
    lines.append(equity(JOBS, "EM-soda-sme", "soda-sme", 0.6))
    wrong = bonds(JOBS, "EO-faute", "small-14", 0.4)
    lines += [replace(line, instrument=break_digit(line.instrument)) for line in wrong]
    return lines


@lru_cache(maxsize=1)
def lines() -> tuple[Line, ...]:
    """Return every line of every portfolio."""
    from generator import account, funds  # both use the codes above

    return (*_credit(), *_shares(), *_jobs(), *account.lines(), *funds.lines())


def rows() -> list[Row]:
    """Return the `portfolios` dataset."""
    return [
        {
            "portfolio_id": item.portfolio_id, "name": item.name, "currency": "EUR", "kind": item.kind,
            "pocket": item.pocket,
        }
        for item in PORTFOLIOS
    ]  # fmt: skip


def strategic_line(number: int) -> str:
    """Return the line id of a strategic participation."""
    return f"CG-{strategic.key(number)}"
