"""The market as arrays.  Month 0 is the valuation date; month t ends t months later."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit


class MarketTable(NamedTuple):
    """Constants of the economy's laws, stepped monthly.

    Factors are, in this order, compute, rates, credit and energy; regimes are glut and shortage.
    """

    factor_stream: Annotated[Ints, Axes("factor"), Unit("stream id")]
    cholesky: Annotated[Floats, Axes("factor", "factor"), Unit("1")]
    regime_stream: Annotated[Ints, Axes("economy"), Unit("stream id")]
    mixing_stream: Annotated[Ints, Axes("economy"), Unit("stream id")]
    degrees: Annotated[Ints, Axes("economy"), Unit("degrees of freedom, 0 for Gaussian")]
    cycle_level: Annotated[Floats, Axes("regime"), Unit("log")]
    cycle_leave: Annotated[Floats, Axes("regime"), Unit("probability per month")]
    cycle_start: Annotated[Floats, Axes("economy"), Unit("log")]
    cycle_shortage: Annotated[Floats, Axes("economy"), Unit("probability at month 0")]
    cycle_pull: Annotated[Floats, Axes("economy"), Unit("1 per month")]
    cycle_noise: Annotated[Floats, Axes("economy"), Unit("log per month")]
    cycle_mean: Annotated[Floats, Axes("economy"), Unit("log, long run")]
    cycle_deviation: Annotated[Floats, Axes("economy"), Unit("log, long-run standard deviation")]
    rate_curve: Annotated[Floats, Axes("month"), Unit("1/yr, SOFR expected for the month")]
    rate_pull: Annotated[Floats, Axes("economy"), Unit("1 per month")]
    rate_noise: Annotated[Floats, Axes("economy"), Unit("1/yr per month")]
    spread_level: Annotated[Floats, Axes("economy"), Unit("log of 1/yr")]
    spread_start: Annotated[Floats, Axes("economy"), Unit("log of 1/yr")]
    spread_pull: Annotated[Floats, Axes("economy"), Unit("1 per month")]
    spread_noise: Annotated[Floats, Axes("economy"), Unit("log per month")]
    spread_shut: Annotated[Floats, Axes("economy"), Unit("log of 1/yr")]
    power_price: Annotated[Floats, Axes("economy"), Unit("USD/kWh")]
    power_pull: Annotated[Floats, Axes("economy"), Unit("1 per month")]
    power_noise: Annotated[Floats, Axes("economy"), Unit("log per month")]
    realisation: Annotated[Floats, Axes("economy"), Unit("share of posted rent")]
    rental: Annotated[Floats, Axes("machine"), Unit("log of USD per machine-hour, posted, month 0")]
    drift: Annotated[Floats, Axes("machine"), Unit("log per month, positive falls")]
    loading: Annotated[Floats, Axes("machine"), Unit("1")]
    noise: Annotated[Floats, Axes("machine"), Unit("log per month")]
    machine_stream: Annotated[Ints, Axes("machine"), Unit("stream id")]
    launch_machine: Annotated[Ints, Axes("launch"), Unit("position in machine")]
    launch_announcement: Annotated[Floats, Axes("launch"), Unit("month, mean")]
    launch_availability: Annotated[Floats, Axes("launch"), Unit("month, mean")]
    launch_deviation: Annotated[Floats, Axes("launch"), Unit("months")]
    launch_drop: Annotated[Floats, Axes("launch"), Unit("share of rent, mean")]
    launch_drop_deviation: Annotated[Floats, Axes("launch"), Unit("share of rent")]
    launch_ramp: Annotated[Floats, Axes("launch"), Unit("months, at least 1")]
    launch_stream: Annotated[Ints, Axes("launch"), Unit("stream id")]
