import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracks.api.quantities import PREFIXES, in_words, quantity, read_quantity, three_digits

THIN, FIXED = "\u202f", "\u00a0"


# --- writing


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # 3 significant digits, without trailing zeros
        (0.0641, "0.0641"),
        (524.288, "524"),
        (1.0, "1"),
        (1.5, "1.5"),
        (10.04, "10"),
        (99.95, "100"),  # rounding carries into a new digit
        (999.6, f"1{THIN}000"),
        (0, "0"),
        (-0.0, "0"),
        # thousands are separated
        (1234.5, f"1{THIN}230"),
        (12345678, f"12{THIN}300{THIN}000"),
        # a true minus sign, which no line break parts from its number
        (-0.5, "−0.5"),
        (-12345, f"−12{THIN}300"),
        # very small and large: powers of 10
        (2.6e-6, f"2.6{THIN}×{THIN}10⁻⁶"),
        (0.001, "0.001"),
        (0.00099951, "0.001"),
        (0.0009994, f"9.99{THIN}×{THIN}10⁻⁴"),
        (1e-5, "10⁻⁵"),
        (9.99e9, f"9{THIN}990{THIN}000{THIN}000"),
        (9.999e9, "10¹⁰"),
        (4e16, f"4{THIN}×{THIN}10¹⁶"),
        (-3.2e40, f"−3.2{THIN}×{THIN}10⁴⁰"),
    ],
)
def test_three_digits(value, text):
    assert three_digits(value) == text


@given(st.floats(min_value=1e-300, max_value=1e300))
@example(10.25)  # halfway between two texts, and a float: either is as near
@example(1001.0)
def test_three_digits_keeps_three_and_never_two(value):
    read = read_quantity(three_digits(value), "")
    if value == int(value) and 1000 <= value < 10_000:
        assert read == value, "a count is written in full"
        return
    assert read == float(f"{read:.3g}"), "no digit beyond the third"
    assert abs(read - value) <= abs(float(f"{value:.3g}") - value) * (1 + 1e-9), "no other text of three is nearer"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        # decimal bytes move on links; binary bytes fill memory; they never share a name
        (2e9, "B", "2 GB"),
        (2e9, "iB", "1.86 GiB"),
        (2 * 2**30, "iB", "2 GiB"),
        (512 * 2**10, "iB", "512 KiB"),
        (1024, "B", "1.02 kB"),
        (1000, "iB", "1 000 B"),
        # published sizes of the field
        (51_114_064, "B", "51.1 MB"),
        (131_072_000, "B", "131 MB"),
        (4e15, "B", "4 PB"),
        (4e16, "B", "40 PB"),
        (81_559 * 2**20, "iB", "79.6 GiB"),
        # the unit follows the rounded number, so that nothing reads 1 000 kB
        (999_600, "B", "1 MB"),
        (999_400, "B", "999 kB"),
        (999.9e15, "B", "1 EB"),
        (5e20, "B", "500 EB"),
        (0.5, "B", "0.5 B"),
        (0, "B", "0 B"),
        (-51_114_064, "B", "−51.1 MB"),
        # links
        (680 * 8, "bit/s", "5.44 kb/s"),
        (21e6, "bit/s", "21 Mb/s"),
        (100e9, "bit/s", "100 Gb/s"),
        # time, in common units
        (0.010, "s", "10 ms"),
        (4e-5, "s", "40 µs"),
        (42, "s", "42 s"),
        (119, "s", "119 s"),
        (150, "s", "2.5 min"),
        (5400, "s", "90 min"),
        (36000, "s", "10 h"),
        (17.6 * 86400, "s", "17.6 days"),
        (10 * 31536000, "s", "10 years"),
        (0, "s", "0 s"),
        # energy and power
        (0.233, "J", "233 mJ"),
        (3456, "J", "3.46 kJ"),
        (0.001, "W", "1 mW"),
        (700, "W", "700 W"),
        # a share is a fraction inside and a percentage on the page
        (0.01, "share", "1%"),
        (0.005, "share", "0.5%"),
        (1, "share", "100%"),
        # a factor and points of difference
        (400000, "x", "400 000×"),
        (2.6e-6, "x", "2.6 × 10⁻⁶×"),
        (4, "points", "+4 points"),
        (-1.25, "points", "−1.25 points"),
        (0, "points", "0 points"),
        # any other unit is a text behind the number
        (8, "steps", "8 steps"),
        (8, "", "8"),
    ],
)
def test_in_words(value, unit, text):
    assert in_words(value, unit).replace(THIN, " ").replace(FIXED, " ") == text


@pytest.mark.parametrize("unit", PREFIXES)
@given(exponent=st.floats(min_value=-9, max_value=21))
def test_a_text_never_breaks_and_its_parts_are_the_quantity(unit, exponent):
    text = in_words(10**exponent, unit)
    assert " " not in text
    number, name = quantity(10**exponent, unit)
    assert text.startswith(number)
    assert text.endswith(name)


# --- reading


@pytest.mark.parametrize("unit", [*PREFIXES, "steps", ""])
@given(exponent=st.floats(min_value=-12, max_value=24), sign=st.sampled_from([1, -1]))
@example(exponent=math.log10(119.7), sign=1)  # just where seconds become minutes
@example(exponent=math.log10(2.6e-6), sign=1)
@example(exponent=20.0, sign=-1)
def test_what_the_page_writes_can_be_typed_back(unit, exponent, sign):
    value = sign * 10**exponent
    assert read_quantity(in_words(value, unit), unit) == pytest.approx(value, rel=0.005)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        # the four ways missions name
        ("2048", "B", 2048),
        ("2 048", "B", 2048),
        ("2e3", "B", 2000),
        ("2 GB", "B", 2e9),
        ("2 GB", "iB", 2e9),  # decimal bytes are bytes, and echoed as 1.86 GiB
        ("800 G", "B", 8e11),
        ("3 G", "iB", 3 * 2**30),
        ("1.5k", "", 1500),
        ("1/2", "", 0.5),
        ("1/2", "share", 0.5),
        ("1/2 %", "share", 0.005),
        ("3 %", "share", 0.03),
        ("½", "share", 0.5),
        ("about 500", "B", 500),
        ("~500 GB", "B", 5e11),
        ("≈ 1,5 k", "steps", 1500),
        ("5 Mbps", "bit/s", 5e6),
        ("5 MBps", "B/s", 5e6),
        # without a space, in any case, spelled out
        ("2GB", "B", 2e9),
        ("2gb", "B", 2e9),
        (" 2 gB ", "B", 2e9),
        ("1.5e3 kb", "B", 1.5e6),
        ("300 bytes", "B", 300),
        ("7 b", "B", 7),
        # thousands, cut as many do
        ("1,000,000", "B", 1e6),
        ("1 000 000", "B", 1e6),
        (f"1{THIN}000{THIN}000", "B", 1e6),
        (f"1{FIXED}000{FIXED}000", "B", 1e6),
        ("1'000'000", "B", 1e6),
        ("1_000_000", "B", 1e6),
        ("12,500 MB", "B", 12.5e9),
        # a decimal comma
        ("0,5", "x", 0.5),
        ("1,5 GB", "B", 1.5e9),
        ("0,125", "x", 0.125),  # no group of three: it starts with 0
        # signs
        ("-3", "points", -3),
        ("−3", "points", -3),
        ("–3 points", "points", -3),
        ("+4 pp", "points", 4),
        # powers of ten
        ("10^-5", "x", 1e-5),
        ("10**-5", "x", 1e-5),
        ("10⁻⁵", "x", 1e-5),
        ("2.6 × 10^-6", "x", 2.6e-6),
        ("2.6 × 10⁻⁶", "x", 2.6e-6),
        ("2,6x10^-6", "x", 2.6e-6),
        ("2.6*10^-6 ×", "x", 2.6e-6),
        ("-10^3", "points", -1000),
        ("4 10^15", "B", 4e15),
        ("10^3 GB", "B", 1e12),
        # shares: a bare number is percent, as on the page
        ("1", "share", 0.01),
        ("1 %", "share", 0.01),
        ("0,5%", "share", 0.005),
        ("5 percent", "share", 0.05),
        # memory is binary and named so
        ("2 GiB", "iB", 2 * 2**30),
        ("512 kib", "iB", 512 * 2**10),
        # time, links, energy
        ("90 min", "s", 5400),
        ("2 hours", "s", 7200),
        ("1 day", "s", 86400),
        ("40 us", "s", 40e-6),
        ("40 µs", "s", 40e-6),
        ("10 ms", "s", 0.01),
        ("21 Mb/s", "bit/s", 21e6),
        ("233 mJ", "J", 0.233),
        ("1 mW", "W", 0.001),
        ("2 kW", "W", 2000),
        # a factor
        ("3.8x", "x", 3.8),
        ("3.8 times", "x", 3.8),
        ("400 000×", "x", 400_000),
        # a text behind the number
        ("8 steps", "steps", 8),
        (".5", "x", 0.5),
        ("5.", "x", 5),
    ],
)
def test_entry_is_read_tolerantly(text, unit, value):
    assert read_quantity(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("", "B", "No number found"),
        ("many", "B", "No number found in “many”"),
        ("GB 2", "B", "No number found"),
        ("nan", "x", "No number found"),
        ("inf", "x", "No number found"),
        ("-", "x", "No number found"),
        ("--5", "x", "No number found"),
        # 1000 and 1024 never share one name
        ("2 GiB", "B", "“GiB” .* write B, kB, MB, GB, TB, PB, EB"),
        # bits are no bytes
        ("2 Mb/s", "B", "“2 Mb/s” counts bits: 1 MB is 8 Mb; this number is in bytes."),
        ("2 Mb", "B", "counts bits"),
        ("2 MB/s", "bit/s", "“2 MB/s” counts bytes: 1 MB is 8 Mb; this number is in bits."),
        ("2 mb/s", "B/s", "counts bits"),
        ("5 M", "W", "“M” in “5 M”"),  # no megawatt is careless for a milliwatt
        ("1/0", "", "“/0”"),
        ("1½", "", "“½”"),
        # the case of one letter is a factor of 10⁹
        ("2 MW", "W", "“MW” in “2 MW” is not a unit of this number; write mW, W, kW"),
        ("2 MJ", "J", "“MJ”"),
        # two numbers
        ("2 3", "x", "not a unit"),
        ("1.2.3", "x", "not a unit"),
        ("2 GB 3", "B", "not a unit"),
        ("510^3", "x", "not a unit"),  # 5 x 10^3 or 510^3: asked, not guessed
        ("12 parsecs", "s", "write µs, ms, s, min, h, days, years"),
        ("8 steps", "", "write no unit"),
        # beyond what a float holds
        ("1e400", "x", "too large"),
        ("10^400", "x", "too large"),
        ("1e308 EB", "B", "too large"),
        ("-1e400", "x", "too large"),
    ],
)
def test_what_is_not_understood_is_said_in_a_sentence(text, unit, words):
    with pytest.raises(ValueError, match=words) as error:
        read_quantity(text, unit)
    assert str(error.value).endswith(".")


@given(st.text(max_size=60), st.sampled_from([*PREFIXES, "steps", ""]))
@example("9" * 60, "B")
@example("10^" + "9" * 5000, "B")
@example("٣", "B")  # an Arabic-Indic three is a digit too
def test_whatever_is_typed_gives_a_finite_number_or_a_sentence(text, unit):
    try:
        value = read_quantity(text, unit)
    except ValueError:
        return  # any other error fails this test
    assert math.isfinite(value)


def test_a_sentence_quotes_only_the_beginning_of_what_was_typed():
    with pytest.raises(ValueError, match="No number") as error:
        read_quantity("z" * 59, "B")
    assert len(str(error.value)) < 120


def test_an_entry_too_long_for_a_number_is_refused_before_it_is_read():
    with pytest.raises(ValueError, match="longer than 60 characters"):
        read_quantity("1" * 10_000, "B")
