"""Lines of the general account: participations, property, treasury, private assets, fund units."""

from generator import strategic
from generator.base import month, stream
from generator.book import (
    CREDIT,
    FUND_1,
    FUND_1_GENERAL_SHARE,
    FUND_2,
    FUND_2_SHARE,
    GENERAL,
    HEALTH,
    HEALTH_START,
    MUTE_FUND,
    OPEN_CLIMATE,
    OPEN_CREDIT,
    OPEN_MIXED,
)
from generator.ids import make_fund_isin, make_isin
from generator.issuers import roster
from generator.lines import Line, bonds

TUNED_FUND_LINE = "CG-fonds-prets"  # its real-economy share is solved, see `calibrate`
PRIVATE_EQUITY_LINE = "CG-fonds-capital"
HEALTH_LINE = "CG-fonds-sante"


def _strategic() -> list[Line]:
    """Return the strategic participations."""
    result = []
    for number, item in enumerate(strategic.PARTICIPATIONS, start=1):
        key = strategic.key(number)
        result.append(
            Line(f"CG-{key}", GENERAL, "valued" if item.asset_class == "unlisted_equity" else "loan",
                 roster()[key].name, item.value, key, asset_class=item.asset_class,
                 cic="XL31" if item.asset_class == "unlisted_equity" else "XL81", pocket="strategic",
                 group="strategic", drift=stream("drift", key).uniform(0.0, 0.04))
        )  # fmt: skip
    return result


def _property_and_cash() -> list[Line]:
    """Return own-use property, investment property and treasury."""
    result = []
    for rank, city in enumerate(("Siège", "Agences Ouest", "Agences Est", "Centre d'appels", "Archives"), start=1):
        result.append(Line(f"CG-immo-exp-{rank}", GENERAL, "valued", f"Immeuble d'exploitation {city}",
                           34 / rank,
                           cic="FR93", asset_class="real_estate", pocket="own_use_property",
                           group="other"))  # fmt: skip
    for rank, kind in enumerate(("bureaux", "logements", "résidence", "commerces"), start=1):
        result.append(Line(f"CG-immo-plt-{rank}", GENERAL, "valued", f"Immeuble de placement {kind}",
                           40 / rank,
                           cic="FR91", asset_class="real_estate", pocket="investment_property",
                           group="other"))  # fmt: skip
    for rank, bank in enumerate(("bank-01", "bank-05", "bank-07", "bank-11"), start=1):
        result.append(Line(f"CG-banque-{rank}", GENERAL, "cash", f"Compte courant {roster()[bank].name}", 22,
                           bank,
                           cic="XT72", asset_class="cash", pocket="treasury", group="other"))  # fmt: skip
    for rank, bank in enumerate(("bank-02", "bank-06"), start=1):
        result.append(Line(f"CG-terme-{rank}", GENERAL, "cash", f"Dépôt à terme {roster()[bank].name}", 25,
                           bank,
                           cic="XT73", asset_class="cash", pocket="treasury", group="other"))  # fmt: skip
    result.append(Line("CG-monetaire", GENERAL, "units", "Orvane Monétaire (part)", 38,
                       instrument=make_fund_isin("mm"),
                       cic="FR43", asset_class="fund", pocket="treasury", group="other",
                       drift=0.05))  # fmt: skip
    return result


def _private_assets() -> list[Line]:
    """Return loans, private debt, unlisted shares, projects and social bonds."""
    result = []
    for number in range(1, 40):
        key = f"sme-{number:02}"
        size = stream("size", key).uniform(0.8, 2.4)
        if 33 <= number <= 36:
            kind, asset_class, cic = "valued", "unlisted_equity", "XL31"
        else:
            kind, asset_class, cic = "loan", "private_debt" if 25 <= number <= 32 else "loan", ""
        start = month(2021, number % 12 + 1) if number % 7 == 0 else month(2019, 12)
        result.append(Line(f"CG-{key}", GENERAL, kind, f"{roster()[key].name} {asset_class}", size, key,
                           cic=cic,
                           asset_class=asset_class, pocket="return", start=start))  # fmt: skip
    for key, size in (("sme-40", 0.4), ("neo-child", 0.8), ("neo-joint", 0.5)):
        result.append(Line(f"CG-{key}", GENERAL, "loan", f"{roster()[key].name} prêt", size, key,
                           asset_class="private_debt", pocket="return"))  # fmt: skip
    for number in range(1, 5):
        key = f"infra-{number:02}"
        result.append(Line(f"CG-{key}", GENERAL, "loan", f"{roster()[key].name} financement de projet", 4.2,
                           key,
                           asset_class="project_finance", pocket="return"))  # fmt: skip
    for issuer in ("bank-03", "large-13", "insurer-01"):
        result += bonds(GENERAL, f"CG-social-{issuer}", issuer, 4.5, pocket="return", use_of_proceeds="social")
    result.append(Line("CG-titrisation", GENERAL, "valued", "FCT Créances Vallorge (part A)", 5.5,
                       instrument=make_isin("fct", "FR"), cic="FR65", asset_class="securitisation",
                       pocket="return",
                       drift=0.0))  # fmt: skip
    return result


def _units() -> list[Line]:
    """Return fund units: looked through when the fund publishes its lines, opaque otherwise."""
    result = []
    for line_id, fund, name, share, start in (
        ("CG-fonds-1", FUND_1, "Orvane Crédit Dédié", FUND_1_GENERAL_SHARE, 0),
        ("CG-fonds-2", FUND_2, "Orvane Actions Monde Dédié", FUND_2_SHARE, 0),
        ("CG-ouvert-climat", OPEN_CLIMATE, "Talverne Climat Actions", 0.22, 0),
        ("CG-ouvert-mixte", OPEN_MIXED, "Talverne Diversifié", 0.3, 0),
        ("CG-ouvert-credit", OPEN_CREDIT, "Ostrel Crédit Court", 0.18, 0),
        (HEALTH_LINE, HEALTH, "Déterminants de Santé PME", 1.0, HEALTH_START),
    ):
        result.append(Line(line_id, GENERAL, "lookthrough", name, 0, instrument=fund, cic="FR44",
                           asset_class="fund",
                           pocket="return", fund_id=fund, fund_share=share, start=start))  # fmt: skip
    result.append(Line("OB-fonds-1", CREDIT, "lookthrough", "Orvane Crédit Dédié", 0, instrument=FUND_1,
                       cic="FR42",
                       asset_class="fund", fund_id=FUND_1, fund_share=1 - FUND_1_GENERAL_SHARE))  # fmt: skip
    for line_id, name, size, drift, cic, fund_id in (
        ("CG-indice-us", "Talverne Indice Amérique", 24, 1.1, "LU41", ""),
        ("CG-dette-emergente", "Ostrel Dette Émergente", 17, 0.3, "LU42", MUTE_FUND),
        (PRIVATE_EQUITY_LINE, "Vallorge Capital Régions (fonds de fonds)", 13, 0.4, "FR47", ""),
        (TUNED_FUND_LINE, "Vallorge Prêts aux ETI", 36, 0.2, "FR46", ""),
    ):
        code = fund_id or make_fund_isin(line_id)
        result.append(Line(line_id, GENERAL, "units", name, size, instrument=code, cic=cic,
                           asset_class="fund",
                           pocket="return", fund_id=fund_id, drift=drift))  # fmt: skip
    return result


def lines() -> list[Line]:
    """Return every line of the general account, and the bond mandate's units of fund 1."""
    return [*_strategic(), *_property_and_cash(), *_private_assets(), *_units()]
