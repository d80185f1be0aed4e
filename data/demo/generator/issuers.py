"""The roster of issuers: who exists, where, how large, with which data faults.

Assumption: sizes are enterprise values (listed) or equity plus debt (unlisted) in million EUR at 31/12/2022.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from generator import cases
from generator.base import Row, stream
from generator.ids import break_digit, make_lei, make_siren
from generator.names import company
from generator.sectors import LARGE_SECTORS, SECTORS, SMALL_SECTORS, Sector

CURRENCY = {"US": "USD", "GB": "GBP", "CH": "CHF", "SE": "SEK", "JP": "JPY", "NO": "NOK"}
LARGE_COUNTRIES = ["FR"] * 14 + ["DE"] * 6 + ["NL"] * 3 + ["IT"] * 3 + ["ES"] * 3 + ["BE"] * 2 + ["FI"]
WORLD_COUNTRIES = ["US"] * 6 + ["GB"] * 3 + ["CH"] * 2 + ["SE"] * 2 + ["JP", "NO"]
STATES = {
    "FR": "République française", "DE": "République fédérale d'Allemagne", "IT": "République italienne",
    "ES": "Royaume d'Espagne", "BE": "Royaume de Belgique", "NL": "Royaume des Pays-Bas",
    "US": "États-Unis d'Amérique", "AT": "République d'Autriche",
}  # fmt: skip


@dataclass(frozen=True)
class Issuer:
    """One issuer with the traits the other modules need."""

    key: str
    issuer_id: str
    name: str
    country: str
    sector: str
    group: str  # state, large, world, bank, insurer, small, sme, strategic, health, infra, case
    size: float  # million EUR
    listed: bool
    financial: bool = False
    siren: str = ""
    enterprise_size: str = "ge"
    fiscal_end: int = 12
    scheme: str = "nace_2"
    faults: frozenset[str] = field(default_factory=frozenset)

    @property
    def currency(self) -> str:
        """Return the reporting currency."""
        return CURRENCY.get(self.country, "EUR")

    @property
    def activity(self) -> Sector:
        """Return the sector facts."""
        return SECTORS[self.sector]


FAULTS: dict[str, tuple[str, ...]] = {
    "no_emissions": ("large-07", "large-31", "large-52", "world-03", "world-17", "bank-09", "insurer-02",
                     "small-03", "small-08", "small-11", "small-14", "small-19", "small-22", "small-24"),
    "no_scope_3": ("large-02", "large-09", "large-16", "large-22", "large-28", "large-35", "large-41",
                   "large-48",
                   "large-55", "large-58", "world-05", "world-09", "world-14", "bank-03", "bank-07",
                   "bank-11",
                   "small-01", "small-04", "small-05", "small-09", "small-12", "small-16", "small-20"),
    "location_only": ("large-05", "large-19", "large-33", "world-07", "bank-05", "small-06"),
    "market_only": ("large-11", "large-27", "large-44", "world-11", "bank-08", "small-10"),
    "no_scope_2": ("large-38", "world-15"),
    "stale_2020": ("large-24", "large-46", "world-12"),
    "two_sources": ("large-03", "large-14", "large-29", "world-02"),
    "restated": ("large-01", "large-12", "large-20", "large-36", "world-04"),
    "no_market_cap": ("large-57",),
    "no_total_debt": ("large-60",),
    "no_minority": ("large-04", "large-18", "large-26", "large-40", "world-06", "world-10"),
    "no_deposits": ("bank-04",),
    "negative_equity": ("large-43", "sme-05"),
    "negative_evic": ("large-59",),
    "tiny_private": ("sme-40",),
}  # fmt: skip


def faults_of(key: str) -> frozenset[str]:
    """Return the deliberate faults of an issuer."""
    return frozenset(fault for fault, keys in FAULTS.items() if key in keys)


def _make(key: str, group: str, sector: str, country: str, size: float, **traits: object) -> Issuer:
    """Build an issuer with an LEI, a coined name and its faults."""
    fields: dict[str, object] = {
        "key": key, "issuer_id": make_lei(key), "country": country, "sector": sector, "group": group,
        "size": size,
        "name": company(key, SECTORS[sector].trade_name, country), "listed": True, "faults": faults_of(key),
    }  # fmt: skip
    return Issuer(**(fields | traits))  # type: ignore[arg-type]


def _listed() -> list[Issuer]:
    """Return large European companies, companies of other zones, banks, insurers and small caps."""
    roster = []
    for number in range(1, 61):
        key = f"large-{number:02}"
        draw = stream("issuer", key)
        sector = LARGE_SECTORS[(number * 7) % len(LARGE_SECTORS)]
        country = draw.choice(LARGE_COUNTRIES)
        end = {0: 6, 1: 3}.get(draw.randrange(14), 12)
        scheme = "gics" if number % 9 == 0 else "nace_2"
        roster.append(
            _make(key, "large", sector, country, draw.lognormvariate(9.6, 0.8), fiscal_end=end, scheme=scheme)
        )
    for number in range(1, 21):
        key = f"world-{number:02}"
        draw = stream("issuer", key)
        sector = LARGE_SECTORS[(number * 11 + 3) % len(LARGE_SECTORS)]
        country = WORLD_COUNTRIES[number % len(WORLD_COUNTRIES)]
        scheme = "gics" if number % 4 == 0 else "nace_2"
        end = 3 if country == "JP" else 12
        roster.append(
            _make(key, "world", sector, country, draw.lognormvariate(10.2, 0.8), fiscal_end=end, scheme=scheme)
        )
    for group, count, sector in (("bank", 14, "bank"), ("insurer", 6, "insurance")):
        for number in range(1, count + 1):
            key = f"{group}-{number:02}"
            draw = stream("issuer", key)
            country = draw.choice(["FR", "FR", "FR", "DE", "NL", "IT", "ES", "BE"])
            roster.append(_make(key, group, sector, country, draw.uniform(15e3, 60e3), financial=True))
    for number in range(1, 27):
        key = f"small-{number:02}"
        draw = stream("issuer", key)
        sector = SMALL_SECTORS[number % len(SMALL_SECTORS)]
        band = "eti" if number % 5 else "pme"
        roster.append(
            _make(
                key,
                "small",
                sector,
                "FR",
                draw.uniform(180, 1400),
                enterprise_size=band,
                siren=make_siren(key),
            )
        )
    return roster


def _unlisted() -> list[Issuer]:
    """Return private companies: borrowers, health companies of the 2024 fund, project companies."""
    roster = []
    for number in range(1, 41):
        key = f"sme-{number:02}"
        draw = stream("issuer", key)
        sector = SMALL_SECTORS[(number * 3) % len(SMALL_SECTORS)]
        siren = make_siren(key)
        band = "micro" if number == 40 else "pme" if number % 3 else "eti"
        size = 0.25 if number == 40 else draw.uniform(9, 60)
        ident = f"FR-PME-{number:04}" if number % 4 else make_lei(key)
        roster.append(
            _make(
                key,
                "sme",
                sector,
                "FR",
                size,
                listed=False,
                siren=siren,
                enterprise_size=band,
                issuer_id=ident,
            )
        )
    for number in range(1, 11):
        key = f"health-{number:02}"
        draw = stream("issuer", key)
        sector = ("medtech", "laboratory", "software", "hospital", "pharma")[number % 5]
        band = "pme" if number % 2 else "eti"
        roster.append(
            _make(key, "health", sector, "FR", draw.uniform(25, 140), listed=False, siren=make_siren(key),
                  enterprise_size=band)
        )  # fmt: skip
    for number in range(1, 5):
        key = f"infra-{number:02}"
        sector = ("power", "motorway", "hospital", "environment")[number - 1]
        roster.append(
            _make(key, "infra", sector, "FR", 60 + 25 * number, listed=False, siren=make_siren(key),
                  enterprise_size="pme", issuer_id=f"FR-PROJET-{number:04}")
        )  # fmt: skip
    return roster


def _only_in_files() -> list[Issuer]:
    """Return issuers known only through the TPT files: no canonical row, no accounts, no evidence."""
    return [
        _make("file-01", "file", "telecom", "BE", 4000), _make("file-02", "file", "power", "ES", 5000),
        _make("file-03", "file", "software", "US", 30000), _make("file-04", "file", "medtech", "CH", 9000),
    ]  # fmt: skip


def _states() -> list[Issuer]:
    """Return public issuers; states carry opaque ids because their real LEI codes are not ours to use."""
    roster = []
    for country, name in STATES.items():
        roster.append(
            Issuer(
                f"state-{country}",
                f"ETAT-{country}",
                name,
                country,
                "state",
                "state",
                0,
                False,
                scheme="nace_2",
            )
        )
    for key, name, country in (
        ("supra", "Banque de cohésion solidaire (fictive)", "LU"),
        ("region", "Région Val-de-Brume (fictive)", "FR"),
    ):
        roster.append(Issuer(key, make_lei(key), name, country, "state", "state", 0, False))
    return roster


def _from_cases() -> list[Issuer]:
    """Return the issuers that stand for a screening case."""
    roster = []
    for case in cases.ALL:
        for member in case.members:
            key = member.key
            roster.append(
                _make(key, "case", member.sector, member.country, member.size, name=member.name,
                      listed=member.listed, financial=member.financial,
                      enterprise_size=member.enterprise_size,
                      siren=make_siren(key) if member.country == "FR" and not member.listed else "")
            )  # fmt: skip
    return roster


@lru_cache(maxsize=1)
def roster() -> dict[str, Issuer]:
    """Return every issuer by key."""
    from generator import strategic  # the strategic module needs `Issuer`

    everyone = [
        *_listed(), *_unlisted(), *_states(), *_from_cases(), *strategic.issuers(), *_only_in_files(),
    ]  # fmt: skip
    return {issuer.key: issuer for issuer in everyone}


def rows() -> list[Row]:
    """Return the `issuers` dataset."""
    result = []
    for issuer in roster().values():
        if issuer.group == "file":
            continue
        code = issuer.activity.gics if issuer.scheme == "gics" else issuer.activity.nace
        result.append(
            {
                "issuer_id": issuer.issuer_id,
                "name": issuer.name,
                "country": issuer.country,
                "sector_scheme": issuer.scheme,
                "sector_code": code,
                "is_financial": str(issuer.financial).lower(),
                "is_listed": str(issuer.listed).lower(),
                "siren": issuer.siren,
                "enterprise_size": "" if issuer.group == "state" else issuer.enterprise_size,
            }
        )
    twin = roster()["large-02"]
    faulty = next(row for row in result if row["issuer_id"] == twin.issuer_id)
    return [
        *result,
        faulty | {"issuer_id": break_digit(twin.issuer_id), "name": twin.name + " (doublon saisi)"},
    ]
