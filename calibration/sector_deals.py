"""Which public deals make up the sector, and who stands around them: choices, no arithmetic."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Loan:
    """One facility: a row of the deals file, and what the row does not say in a form that can be read by rule.

    deal : row;  name : in the term sheet;  repays : level, bullet or yearly (`yearly` a year, then a balloon)
    share : of the row's amount (a facility in tiers);  stated : words of the row with the balance, and its millions
    advance : published share of capital expenditure;  matures, window : a date (or months from signing), and why
    is_drawn : the words say more than the columns: taken as fully drawn;  machine : where not that of the borrower
    """

    deal: str
    name: str
    repays: str = "level"
    yearly: float | None = None
    balloon: tuple[float, str] | None = None
    share: tuple[float, str] | None = None
    stated: tuple[str, float] | None = None
    advance: float | None = None
    matures: tuple[str | int, str] | None = None
    window: tuple[str | int, str] | None = None
    is_drawn: str = ""
    machine: str = ""


@dataclass(frozen=True)
class Contract:
    """Who rents, and what is public of the price.

    total : USD m over `years` for `units` machines, `words` that the data must hold;  coverage : X of rule 6
    """

    offtaker: str
    coverage: tuple[float, str] = (1.425, "middle of 1.20x to 1.65x")
    total: float | None = None
    years: float | None = None
    units: float | None = None
    source: str = ""
    is_net: bool = False


@dataclass(frozen=True)
class Test:
    """One filed covenant."""

    name: str
    test: str
    threshold: str
    first: str
    consequences: tuple[str, ...] = ("default",)


@dataclass(frozen=True)
class Firm:
    """One borrower.

    sponsor : also its operator;  acts_as : the party it is;  machine : "" where the signing date decides
    units : published, with the deal that says so;  guarantor : of a full guarantee
    unpriced_guarantee : why a filed one counts as none
    """

    name: str
    sponsor: str
    loans: tuple[Loan, ...]
    contract: Contract
    machine: str = ""
    acts_as: str = ""
    units: tuple[int, str] | None = None
    guarantor: str = ""
    is_parent: bool = False
    unpriced_guarantee: str = ""
    tests: tuple[Test, ...] = ()
    cross: tuple[str, ...] = ()
    traps: bool = False


CAPPED = "non-investment-grade loans at their cap of 35 % of collateral, 60 % advanced (90 % on the rest)"
NON_GRADE = 0.35 * 0.60 / (0.35 * 0.60 + 0.65 * 0.90)
SPVS = tuple(f"CoreWeave Compute Acquisition Co. {number}" for number in ("II", "IV", "V and VII"))
LAST = "CoreWeave Financing DDTL V"
FLUID = "Fluidstack (Google backstop)"


def bullets(prefix: str, *names: str) -> tuple[Loan, ...]:
    """Notes and convertibles that fall due at once."""
    return tuple(Loan(f"{prefix}-{name}", name.replace("-", " "), "bullet") for name in names)


FIRMS = (
    Firm(
        "CoreWeave Inc", "CoreWeave",
        (
            Loan("crwv-oem", "vendor finance", stated=("$4,220M recourse", 4220.0), advance=0.78,
                 matures=("2028-07-31", "middle of the filed maturities, 2026-07 to 2030-07")),
            Loan("crwv-rcf", "revolver drawn", "bullet", stated=("$1.2B drawn Aug 2026", 1200.0)),
            Loan("crwv-magnetar", "Magnetar loan"),
            *bullets("crwv", "notes-2030", "notes-2031-900", "notes-2031-975", "notes-2032-usd", "notes-2032-eur",
                     "conv-2031", "conv-2032"),
        ),
        Contract("CoreWeave customers"), acts_as="CoreWeave", is_parent=True, cross=(*SPVS, LAST),
    ),
    Firm(SPVS[0], "CoreWeave",
         (Loan("crwv-ddtl-1.0", "ddtl 1.0", balloon=(0.265, "rule 7: 15 % of 2,300 m USD, on a balance of 1,300")),),
         Contract("DDTL 1.0 customers"), "h100", guarantor="CoreWeave"),
    Firm(SPVS[1], "CoreWeave",
         (Loan("crwv-ddtl-2.0-ig", "ddtl 2.0 graded", share=(1 - NON_GRADE, CAPPED), advance=0.90,
               matures=("2030-08-31", "")),
          Loan("crwv-ddtl-2.0-nonig", "ddtl 2.0 other", share=(NON_GRADE, CAPPED), advance=0.60,
               matures=("2030-08-31", ""))),
         Contract("DDTL 2.0 customers"), "h100", guarantor="CoreWeave",
         tests=(Test("contract coverage", "contract_coverage", "1.40x", "2026-12-31"),)),
    Firm(SPVS[2], "CoreWeave", (Loan("crwv-ddtl-3.0", "ddtl 3.0", advance=0.80),),
         Contract("OpenAI", (1.55, "covenant of 1.40x and 0.15x, middle of the cushion")), guarantor="CoreWeave",
         tests=(Test("DSCR", "dscr", "1.40x", "2027-04-30"),)),
    Firm("CoreWeave Compute Acquisition Co. VIII", "CoreWeave",
         (Loan("crwv-ddtl-4.0-float", "ddtl 4.0 floating", stated=("2,837M at 2026-06-30", 2837.0), advance=0.90),
          Loan("crwv-ddtl-4.0-fixed", "ddtl 4.0 fixed", stated=("", 2837.0), advance=0.90,
               window=("2027-06-30", ""))),
         Contract("Meta", (1.20, "published sizing DSCR")), traps=True,
         tests=(Test("DSCR", "dscr", "1.15x", "2027-09-30", ("trap", "default")),)),
    Firm(LAST, "CoreWeave",
         (Loan("crwv-ddtl-5.0", "ddtl 5.0", advance=0.7142, is_drawn="its draw window ends on the valuation date",
               balloon=(0.25, "rule 7: middle of 10 to 40 %")),),
         Contract("DDTL 5.0 customers", (1.50, "covenant of 1.35x and 0.15x, middle of the cushion")),
         guarantor="CoreWeave", traps=True, tests=(Test("DSCR", "dscr", "1.35x", "2026-12-31"),)),
    Firm("IREN Ltd", "IREN",
         (Loan("iren-gpu-leases", "GPU leases", advance=1.0, matures=(30, "middle of the filed 24 to 36 months")),
          *bullets("iren", "conv-2029", "conv-2030", "conv-2031", "conv-2032", "conv-jun2033", "conv-dec2033")),
         Contract("IREN customers"), acts_as="IREN", is_parent=True),
    Firm("IREN Microsoft vehicle", "IREN",
         (Loan("iren-microsoft", "ddtl", window=(12, "as for the median loan of the family")),),
         Contract("Microsoft", total=9700.0, years=5, source="Microsoft 9.7bn, 5y, 20% prepay")),
    Firm("Nebius Group", "Nebius",
         bullets("nbis", "conv-2029", "conv-2030", "conv-2031jun", "conv-2031mar", "conv-2032", "conv-2033"),
         Contract("Nebius customers"), acts_as="Nebius", is_parent=True),
    Firm("Lambda", "Lambda",
         (Loan("lambda-jpm-275", "secured facility", stated=("upsized to $1.0B", 1000.0),
               matures=("2031-05-07", "not published: 60 months from the upsizing of 2026-05-07")),),
         Contract("Lambda customers"), "b200", acts_as="Lambda"),
    Firm("Nscale Services UK", "Nscale",
         (Loan("nscale-ddtl-2026-02", "ddtl"),), Contract("Nscale customers"), acts_as="Nscale",
         unpriced_guarantee="full, by a parent without public accounts: worth nothing under rule 14"),
    Firm("Crusoe", "Crusoe",
         (Loan("crusoe-2023", "Upper90 2023", machine="h100"), Loan("crusoe-2025-upper90", "Upper90 2025"),
          Loan("crusoe-brookfield", "Brookfield"), Loan("crusoe-vpc", "Victory Park", machine="gb200")),
         Contract("Crusoe customers"), acts_as="Crusoe"),
    Firm("Valor Compute Infrastructure", "Valor", (Loan("xai-valor-vci", "senior", advance=0.648),),
         Contract("xAI", is_net=True), "gb200"),
    Firm("Duos borrower", "Duos", (Loan("usdai-duos", "loan", matures=("2029-06-30", "")),),
         Contract("Duos customer"), "b300", units=(2304, "usdai-duos")),
    Firm("Crucible borrower", "Crucible",
         (Loan("usdai-crucible", "loan", matures=(36, "as for this lender's loan to Duos")),),
         Contract("Crucible customer"), "b300", units=(576, "usdai-crucible")),
    Firm("QumulusAI", "QumulusAI",
         (Loan("usdai-qumulus", "facility", advance=0.70, matures=(36, "as for the same lender's loan to Duos")),),
         Contract("QumulusAI customers"), "b300"),
    Firm("HIVE", "HIVE", (Loan("hive-dell-b200", "Dell lease", advance=1.0, matures=(36, "")),),
         Contract("HIVE customers"), "b200", units=(504, "hive-dell-b200")),
    Firm("WhiteFiber", "WhiteFiber",
         (Loan("wyfi-landsbankinn", "bank loan", matures=("2028-03-25", "")),
          Loan("wyfi-conv-2031", "conv 2031", "bullet")),
         Contract("WhiteFiber customers"), is_parent=True),
    Firm("SharonAI", "SharonAI", bullets("sharonai", "conv-2032"),
         Contract("NVIDIA", total=4880.0, years=6, units=40_000, source="NVIDIA 6y cloud agreement (up to $4.88B)"),
         is_parent=True),
    Firm("WULF Compute", "TeraWulf", (Loan("wulf-7.75-2030", "notes 2030", "yearly"),), Contract(FLUID), "hosting"),
    Firm("Flash Compute", "TeraWulf", (Loan("wulf-flash-7.25-2030", "notes 2030", "yearly"),),
         Contract(FLUID, years=25), "hosting", units=(168_000, "wulf-flash-7.25-2030")),
    Firm("TeraWulf Inc", "TeraWulf", bullets("wulf", "conv-2031", "conv-2032"), Contract("TeraWulf tenants"), "hosting",
         acts_as="TeraWulf", is_parent=True),
    Firm("Cipher Compute", "Cipher", (Loan("cifr-7.125-2030", "notes 2030", "yearly"),),
         Contract(FLUID, years=10), "hosting"),
    Firm("Black Pearl Compute", "Cipher", (Loan("cifr-6.125-2031", "notes 2031", "yearly", 0.07),),
         Contract("Amazon"), "hosting", units=(300_000, "cifr-6.125-2031")),
    Firm("Stingray Compute", "Cipher", (Loan("cifr-6.0-2031", "notes 2031", "yearly"),),
         Contract("Amazon"), "hosting", units=(70_000, "cifr-6.0-2031")),
    Firm("Cipher Mining", "Cipher", bullets("cifr", "conv-2031"), Contract("Cipher tenants"), "hosting",
         acts_as="Cipher", is_parent=True),
    Firm("Core Scientific Finance I", "Core Scientific",
         (Loan("corz-7.75-2031", "notes 2031", "yearly", 0.115),), Contract("CoreWeave"), "hosting"),
    Firm("Core Scientific Inc", "Core Scientific", bullets("corz", "conv-2029", "conv-2031"),
         Contract("Core Scientific tenants"), "hosting", acts_as="Core Scientific", is_parent=True),
    Firm("APLD ComputeCo 1", "Applied Digital", (Loan("apld-computeco-1", "notes 2030", "yearly"),),
         Contract("CoreWeave", total=11_000.0, years=15, units=400_000, source="CoreWeave 400 MW 11bn 15y"),
         "hosting", units=(250_000, "apld-computeco-1")),
    Firm("APLD ComputeCo 2", "Applied Digital", (Loan("apld-6.75-2031", "notes 2031", "yearly"),),
         Contract("Oracle", total=5000.0, years=15, units=200_000, source="hyperscaler 200 MW 5bn 15y"),
         "hosting", units=(200_000, "apld-6.75-2031")),
    Firm("APLD ComputeCo 3", "Applied Digital", (Loan("apld-7.0-2031", "notes 2031", "yearly"),),
         Contract("CoreWeave", total=11_000.0, years=15, units=400_000, source="CoreWeave 400 MW 11bn 15y"),
         "hosting", units=(150_000, "apld-7.0-2031")),
    Firm("Applied Digital Corp", "Applied Digital", bullets("apld", "conv-2030"), Contract("Applied Digital tenants"),
         "hosting", acts_as="Applied Digital", is_parent=True),
    Firm("Galaxy Helios I", "Galaxy",
         (Loan("glxy-helios1", "project loan", "yearly", advance=0.80, window=(36, "")),),
         Contract("CoreWeave"), "hosting", units=(133_000, "galaxy-133")),
    Firm("Galaxy Helios II", "Galaxy", (Loan("glxy-9.875-2031", "notes 2031", "yearly", 0.04),),
         Contract("CoreWeave"), "hosting", units=(260_000, "glxy-9.875-2031")),
    Firm("Meridian Arc HoldCo", "Next Frontier",
         (Loan("meridian-arc-2031", "notes 2031", "yearly", matures=(60, "filed: 2031")),),
         Contract(FLUID, years=15), "hosting", units=(430_000, "meridian-arc-2031")),
)  # fmt: skip
"""Order as in the file; the engine sorts by name."""

RATED = {
    "CoreWeave": ("B+", 0.0, "crwv-notes-2031-900", "CFR Ba3 / B+"),
    "Meta": ("AA-", 0.0, "crwv-ddtl-4.0-float", "Aa3/AA-"),
    "NVIDIA": ("AA+", 0.0, "sharonai-conv-2032", "Aa1"),
}
"""Party -> S&P letter, notches, and the row that publishes it, with its words."""

ASSUMED_RATINGS = {
    "Microsoft": ("AAA", 0.0, "S&P AAA, Moody's Aaa as quoted by a secondary source (2026-10)"),
    "Amazon": ("AA", 0.0, "no rating in the data behind this file; a notch under Google"),
    "Oracle": ("BBB-", 0.0, "S&P to BBB- on 2026-07-09, press report"),
    FLUID: ("BBB", 0.0, "share backed by Google (AA+) not public: middle of AA+ and of the unrated tenant's B"),
}
VENTURES = ("OpenAI",)
STRONG = ("Meta", "NVIDIA", "Microsoft", "Amazon")
"""Diversified customers rated A- or better: rule 12."""

NAMED = (
    ("Blackstone", "credit fund", (("crwv-ddtl-1.0", 0.5), ("crwv-ddtl-2.0-ig", 0.5), ("crwv-ddtl-2.0-nonig", 0.5)),
     "led the 2023 and 2024 loans and is the largest lender (Financial Times, 2025-03, on the S-1)"),
    ("MUFG", "bank", (("crwv-ddtl-4.0-float", 0.125), ("crwv-ddtl-4.0-fixed", 0.125), ("crwv-ddtl-5.0", 0.25)),
     "coordinating lead arranger of DDTL 4.0 and 5.0 (company releases 20260330529766 and 20260518337916)"),
    ("Morgan Stanley", "bank",
     (("crwv-ddtl-4.0-float", 0.125), ("crwv-ddtl-4.0-fixed", 0.125), ("crwv-ddtl-5.0", 0.25)),
     "coordinating lead arranger of DDTL 4.0 and 5.0 (company releases 20260330529766 and 20260518337916)"),
    ("JPMorgan", "JPMorgan",
     (("crwv-ddtl-4.0-float", 0.125), ("crwv-ddtl-4.0-fixed", 0.125), ("iren-microsoft", 0.25),
      ("lambda-jpm-275", 0.5)),
     "lead arranger of DDTL 4.0, lender of IREN's DDTL, and of Lambda's syndicated facility (company releases)"),
    ("Goldman Sachs", "bank",
     (("crwv-ddtl-4.0-float", 0.125), ("crwv-ddtl-4.0-fixed", 0.125), ("iren-microsoft", 0.25)),
     "lead arranger of DDTL 4.0, lender of IREN's DDTL (company releases)"),
    ("Apollo", "credit fund", (("xai-valor-vci", 1.0),), "only lender named (Apollo release, 2026-01-07)"),
    ("Blue Owl", "credit fund", (("nscale-ddtl-2026-02", 0.25),), "BDC schedule of investments, 2026-03-31"),
    ("PIMCO", "credit fund", (("nscale-ddtl-2026-02", 0.25),), "fund filings of 2026 list the loan"),
    ("Brookfield", "credit fund", (("crusoe-brookfield", 1.0),), "only lender named (company release 2025-06-11)"),
    ("Upper90", "specialist", (("crusoe-2023", 0.5), ("crusoe-2025-upper90", 1.0)),
     "led the loan of 2023, closed that of 2025 alone (company releases)"),
    ("Victory Park", "specialist", (("crusoe-vpc", 1.0),), "only lender named (company release 2025-08-25)"),
    ("USD.AI", "specialist", (("usdai-duos", 1.0), ("usdai-crucible", 1.0), ("usdai-qumulus", 1.0)),
     "only lender named (releases of 2025-10 to 2026-06)"),
    ("Magnetar", "specialist", (("crwv-magnetar", 1.0),), "only lender named (10-Q for 2026-03-31)"),
    ("Dell", "vendor", (("hive-dell-b200", 1.0),), "only lessor named (10-K of 2026-06-02)"),
    ("Landsbankinn", "bank", (("wyfi-landsbankinn", 1.0),), "only lender named (10-Q of 2026-05-15)"),
)  # fmt: skip
"""Lender, kind, (deal, share of it), why."""

PRESS = "press or secondary sources only"
PROPERTY = "property of a developer let to a hyperscaler: no machines, no neocloud, no miner"
LEFT_OUT = {
    "blueowl-lancaster-failed": "did not place",
    "xai-valor-plan": "a plan, parts of which closed",
    "spacex-2026-proposed": "proposed",
    "fluidstack-macquarie": "capacity of a programme; nothing is known to be drawn",
    "firmus-southgate": "a building programme of 10 bn USD; machine, drawing and delivery are not public",
    "lambda-macquarie-2024": "rented by the hour; no schedule, rate or balance is public: the rules find no hold",
    "crusoe-bdc-13-15": "no amount",
    "nbis-conv-2026H2": "unverified",
    "hut-6.192-2042": "runs to 2042, which would more than double the horizon of all",
    "hut-btc-falconx": "secured on coins, for which there is no treasury yet",
    **dict.fromkeys(
        ("digital-drive-2031", "crwv-elkgrove-prime", "lambda-msft-1008", "xai-2025-tlb", "xai-2025-notes",
         "xai-valor-2", "anthropic-tpu-spv-a2", "anthropic-tpu-spv-b", "crusoe-gs-amd", "upper90-general-compute",
         "mistral-essonne", "zankore-2026"), PRESS),
    **dict.fromkeys(
        ("meta-hyperion", "meta-elpaso", "vantage-frontier", "vantage-lighthouse", "jupiter-nm", "saline-barn",
         "abilene-1", "abilene-2", "aligned-abs-2026", "compass-abs-2026-2", "vlt10-cmbs"), PROPERTY),
}  # fmt: skip
"""Row of the deals file -> why it is not in the sector."""
