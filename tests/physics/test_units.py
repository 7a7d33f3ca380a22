import doctest

import pytest

from physics import units


def test_decimal_and_binary_are_never_the_same_unit():
    for decimal, binary, power in ((units.KB, units.KIB, 1), (units.MB, units.MIB, 2), (units.GB, units.GIB, 3)):
        assert decimal == 10 ** (3 * power)
        assert binary == 2 ** (10 * power)
        assert binary / decimal == pytest.approx(1.024**power)
    assert units.PB == 1000 * units.TB == 1e6 * units.GB


@pytest.mark.parametrize(
    ("bytes_", "published"),
    [
        (81_559 * units.MIB, 85.5e9),  # an "80 GB" H100, as nvidia-smi prints it
        (30 * 60 * 16_000 * 2, 57.6 * units.MB),  # 30 minutes of 16 kHz, 16 bit audio
        (25_557_032 * 16 / units.BITS_PER_BYTE, 51.1 * units.MB),  # ResNet-50 in 16 bits
        (21e6 / units.BITS_PER_BYTE * units.SECONDS_PER_DAY, 227 * units.GB),  # a day of a 21 Mb/s uplink
    ],
)
def test_published_sizes_come_out_in_their_own_unit(bytes_, published):
    assert bytes_ == pytest.approx(published, rel=2e-3)


def test_five_percent_of_a_0_96_wh_battery_is_173_joules():
    assert pytest.approx(173, abs=0.5) == 0.05 * 0.96 * units.JOULES_PER_WH


def test_a_day_is_24_hours_and_a_month_the_horizon_of_a_cap():
    assert units.SECONDS_PER_DAY == 24 * units.SECONDS_PER_HOUR == 24 * 60 * 60
    assert units.DAYS_PER_MONTH == 30


def test_binary_units_stay_whole_so_that_a_count_of_bytes_is_exact():
    assert all(isinstance(unit, int) for unit in (units.KIB, units.MIB, units.GIB, units.BITS_PER_BYTE))


def test_the_example_in_the_docstring_holds():
    result = doctest.testmod(units)
    assert result.attempted > 0
    assert result.failed == 0
