"""What the user writes about the worth of the machines."""

from typing import Literal

from halflife.foundation.spec import Spec
from halflife.foundation.units import Rate, Ratio, Share, UsdPerMonth


class CollateralSpec(Spec):
    """How one machine type is valued, unit by unit."""

    machine: str
    method: Literal["vintage", "hedonic"] = "vintage"
    """vintage: present value of net rent to the scrap date; hedonic: a curve in age and rent."""
    discount_rate: Rate
    """Continuous yearly rate at which a buyer discounts net rent."""
    use: Share
    """Share of hours the buyer expects to rent out."""
    realisation: Share
    """Share of the posted rent the buyer expects to realise."""
    operating_cost: UsdPerMonth
    """Buyer's hosting and maintenance per machine, power apart."""
    pue: Ratio
    physical_decay: Rate = 0.0
    """Yearly loss of output to failures (continuous)."""
    physical_life: Ratio = 10.0
    """Years after which a machine is worth nothing whatever the rent."""
    orderly_discount: Share
    """Discount of an orderly sale of a few machines to the appraised value."""
    hedonic_age: Rate = 0.0
    """Hedonic curve: continuous fall of value with age."""
    hedonic_rent: Ratio = 1.0
    """Hedonic curve: elasticity of value to the rent."""
