"""What moves in the market: arrays ``[entity, field, lane]``."""

from typing import Any, NamedTuple

# economy[0, ...]
CYCLE, REGIME, RATE_GAP, RATE, SPREAD, IS_OPEN, POWER_LOG, POWER, SCORE, SCALE, DISCOUNT = range(11)
ECONOMY_FIELDS = 11
# machines[machine, ...]
NOISE, DEVIATION, DROP, FULL_DROP, PHASE, RENT = range(6)
MACHINE_FIELDS = 6
# launches[launch, ...]
ANNOUNCED, AVAILABLE, LOG_DROP = range(3)
LAUNCH_FIELDS = 3
# shocks[factor, ...]
RAW, SHOCK = range(2)
SHOCK_FIELDS = 2
# coins[coin, ...]
PRICE, LOG_PRICE, UNREST, COIN_RAW, COIN_SCALE, COIN_NOISE = range(6)
COIN_FIELDS = 6
# network[0, ...]
LOG_HASH, HASHPRICE, GAP = range(3)
NETWORK_FIELDS = 3


class MarketState(NamedTuple):
    """Prices of one block of paths.

    economy : CYCLE log, REGIME 0 glut 1 shortage, RATE 1/yr, SPREAD log of 1/yr, IS_OPEN flag, POWER USD/kWh,
        SCORE standard deviations of the cycle from its mean, DISCOUNT riskless factor from month 0
    machines : NOISE and DEVIATION log, DROP log (launches so far, as their ramps stand), FULL_DROP log (the same
        once their ramps are over), PHASE stages passed, RENT posted USD/h
    launches : ANNOUNCED and AVAILABLE month, LOG_DROP
    shocks : correlated standard factor shocks of the month
    coins : PRICE USD and its log; UNREST log volatility over its median; COIN_RAW standard shock, COIN_SCALE of its
        tail, COIN_NOISE log volatility of the month as a standard deviation
    network : LOG_HASH log of PH/s, HASHPRICE USD/PH/day, GAP log of the hashprice over its long-run level
    """

    economy: Any
    machines: Any
    launches: Any
    shocks: Any
    coins: Any
    network: Any
