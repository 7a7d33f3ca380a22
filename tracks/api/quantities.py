"""How a number is written and read: 3 significant digits, scaled units, tolerant entry.

Units that are scaled; any other unit is a text put behind the number.

    share   a fraction 0..1, written in percent        x       a factor, written with the multiplication sign
    B       bytes, decimal: kB MB GB TB PB EB          iB      bytes of RAM, binary: KiB MiB GiB TiB
    bit/s   kb/s Mb/s Gb/s                             s       microseconds to years
    J       mJ J kJ                                    W       mW W kW
    FLOP    MFLOP GFLOP TFLOP, also FLOP/s             B/s     kB/s MB/s GB/s TB/s
    points  percentage points, with a sign

The browser writes and reads numbers by the same table: ``python -m tools.bundle.units`` copies it.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

THIN = "\u202f"  # narrow no-break space between thousands and before a unit's number never breaks a line
UPWARDS = 1 + 1e-12  # a half is rounded up, in the browser too
WHOLE_BELOW = 10_000.0  # whole numbers below are counts, and are written in full: 2 048 tokens
MAX_DIGITS = 9  # that a value is written with, where it is as close as that to its limit
MAX_ENTRY = 60  # characters of a typed number; the patterns below take quadratic time
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789")

# (smallest value written with it, factor, name): the last row that fits wins.
PREFIXES: dict[str, tuple[tuple[float, float, str], ...]] = {
    "B": (
        (0.0, 1.0, "B"),
        (1e3, 1e3, "kB"),
        (1e6, 1e6, "MB"),
        (1e9, 1e9, "GB"),
        (1e12, 1e12, "TB"),
        (1e15, 1e15, "PB"),
        (1e18, 1e18, "EB"),
    ),
    "iB": (
        (0.0, 1.0, "B"),
        (2.0**10, 2.0**10, "KiB"),
        (2.0**20, 2.0**20, "MiB"),
        (2.0**30, 2.0**30, "GiB"),
        (10_000 * 2.0**30, 2.0**40, "TiB"),  # a host of 1 024 GiB is said in full
    ),
    "bit/s": ((0.0, 1.0, "b/s"), (1e3, 1e3, "kb/s"), (1e6, 1e6, "Mb/s"), (1e9, 1e9, "Gb/s")),
    "s": (
        (0.0, 1e-6, "µs"),
        (1e-3, 1e-3, "ms"),
        (1.0, 1.0, "s"),
        (120.0, 60.0, "min"),
        (7200.0, 3600.0, "h"),
        (172800.0, 86400.0, "days"),
        (63072000.0, 31536000.0, "years"),
    ),
    "J": ((0.0, 1e-3, "mJ"), (1.0, 1.0, "J"), (1e3, 1e3, "kJ")),
    "W": ((0.0, 1e-3, "mW"), (1.0, 1.0, "W"), (1e3, 1e3, "kW")),
    "FLOP": ((0.0, 1.0, "FLOP"), (1e6, 1e6, "MFLOP"), (1e9, 1e9, "GFLOP"), (1e12, 1e12, "TFLOP")),
    "FLOP/s": ((0.0, 1.0, "FLOP/s"), (1e6, 1e6, "MFLOP/s"), (1e9, 1e9, "GFLOP/s"), (1e12, 1e12, "TFLOP/s")),
    "B/s": ((0.0, 1.0, "B/s"), (1e3, 1e3, "kB/s"), (1e6, 1e6, "MB/s"), (1e9, 1e9, "GB/s"), (1e12, 1e12, "TB/s")),
    "share": ((0.0, 0.01, "%"),),
    "x": ((0.0, 1.0, "×"),),
    "points": ((0.0, 1.0, "points"),),
}

ZERO_IN_BASE = ("s", "J", "W")  # nothing is 0 s, not 0 µs

# What one of a unit is called.
ONE = {
    "steps": "step",
    "rounds": "round",
    "points": "point",
    "points below": "point below",
    "pts": "pt",
    "devices": "device",
    "vehicles": "vehicle",
    "tenants": "tenant",
    "phones": "phone",
    "hearables": "hearable",
    "neighbours": "neighbour",
    "tokens": "token",
}

# Other ways to write a unit's name, in lower case.
SPELLED = {
    "b": "B",
    "byte": "B",
    "bytes": "B",
    "percent": "%",
    "pct": "%",
    "x": "×",
    "times": "×",
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "us": "µs",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "day": "days",
    "year": "years",
    "point": "points",
    "pp": "points",
}


@lru_cache(maxsize=8192)
def three_digits(value: float, digits: int = 3) -> str:
    """Write a finite number with 3 significant digits, thousands separated, very small and large ones as powers of 10.

    A whole number below 10 000 is written in full.

    Parameters
    ----------
    value : float
        A finite number.
    digits : int
        How many significant digits, 3 to 9: more than three only where a value is told apart from its limit.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> [three_digits(v) for v in (0.0641, 524.288, 2048, 12345678, 2.6e-6, -0.5, 0)]
    ['0.0641', '524', '2\u202f048', '12\u202f300\u202f000', '2.6\u202f×\u202f10⁻⁶', '−0.5', '0']
    """
    if value == 0:
        return "0"
    sign, size = ("−", -value) if value < 0 else ("", value)
    mantissa, exponent_text = f"{size * UPWARDS:.{digits - 1}e}".split("e")
    exponent = int(exponent_text)
    if exponent < -3 or exponent > 9:
        factor = mantissa.rstrip("0").rstrip(".")
        power = f"10{str(exponent).translate(_SUPERSCRIPT)}"
        return f"{sign}{power}" if factor == "1" else f"{sign}{factor}{THIN}×{THIN}{power}"
    is_count = size < WHOLE_BELOW and size == int(size)
    rounded = size if is_count else float(f"{size * UPWARDS:.{digits}g}")
    places = max(0, digits - 1 - exponent)
    text = f"{rounded:,.{places}f}" if rounded >= 1000 else f"{rounded:.{places}f}"
    return sign + (text.rstrip("0").rstrip(".") if places else text).replace(",", THIN)


@lru_cache(maxsize=8192)
def quantity(value: float, unit: str, digits: int = 3) -> tuple[str, str]:
    """Return the number and the unit as written: ``(51114064, "B") -> ("51.1", "MB")``.

    Parameters
    ----------
    value : float
        In the unit.
    unit : str
        One that is scaled, or any text.
    digits : int
        As in ``three_digits``.

    Returns
    -------
    (str, str)
        The number and the unit.

    Examples
    --------
    >>> quantity(0.01, "share"), quantity(524.288, "x"), quantity(8.0, "steps"), quantity(1.0, "steps")
    (('1', '%'), ('524', '×'), ('8', 'steps'), ('1', 'step'))
    """
    rows = PREFIXES.get(unit)
    if rows is None or unit == "points":
        sign = "+" if unit == "points" and value > 0 else ""
        number = three_digits(value, digits)
        return sign + number, ONE.get(unit, unit) if number in ("1", "−1") else unit
    size = max(
        abs(value), abs(float(f"{value * UPWARDS:.{digits}g}"))
    )  # 999.6 kB is written 1 MB, 1024 MiB is written 1 GiB
    factor, name = rows[0][1], rows[0][2]
    for smallest, row_factor, row_name in rows:
        if size >= smallest:
            factor, name = row_factor, row_name
    if size == 0 and unit in ZERO_IN_BASE:
        factor, name = 1.0, unit
    return three_digits(value / factor, digits), name


def in_words(value: float, unit: str, digits: int = 3) -> str:
    """Return number and unit as one text without line breaks: "51.1 MB", "1%", "524×".

    Parameters
    ----------
    value : float
        In the unit.
    unit : str
        One that is scaled, or any text.
    digits : int
        As in ``three_digits``.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> in_words(4e16, "B"), in_words(0.005, "share"), in_words(400000, "x")
    ('40\xa0PB', '0.5%', '400\u202f000×')
    """
    number, name = quantity(value, unit, digits)
    if name in ("%", "×"):
        return number + name
    return f"{number}\u00a0{name}" if name else number


def digits_apart(value: float, limit: float, unit: str) -> int:
    """Return with how many digits a value and its limit are written differently: 3, more where they are close.

    Parameters
    ----------
    value, limit : float
        In the unit; equal ones take three digits.
    unit : str
        One that is scaled, or any text.

    Returns
    -------
    int
        3 to 9.

    Examples
    --------
    >>> digits_apart(0.1996, 0.2, "share"), digits_apart(0.15, 0.2, "share"), digits_apart(0.2, 0.2, "share")
    (4, 3, 3)
    """
    if value == limit:
        return 3
    for digits in range(3, MAX_DIGITS):
        if in_words(value, unit, digits) != in_words(limit, unit, digits):
            return digits
    return MAX_DIGITS


_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(.*)\Z", re.IGNORECASE)
_SUPERSCRIPTS = re.compile("10([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_POWER = re.compile(
    r"(?:([+-]?(?:\d+\.?\d*|\.\d+))(?:\s*[×x*·]\s*|\s+)|([+-]?))10\s*(?:\^|\*\*)\s*([+-]?\d+)\s*(.*)\Z",
    re.IGNORECASE,
)


def read_quantity(text: str, unit: str) -> float:
    """Return the number a person typed, in ``unit``: "2 048", "2e3", "2 GB", "800 G", "0,5 %", "1/2", "about 9".

    What ``in_words`` writes is read back. A bare number is taken in the unit's base (percent for a share, but a
    fraction like 1/2 is the share itself); a percentage is read as a factor where one is asked for. Commas that cut a
    number into groups of three are thousands ("1,000,000", not "2,555e-6"), and so are points where several stand or a
    decimal comma follows ("1.234,5"); any other comma is a decimal one ("0,5"). Bits are never read as bytes, nor bytes
    as bits.

    Parameters
    ----------
    text : str
        What was typed, 60 characters at most.
    unit : str
        The unit that is asked for.

    Returns
    -------
    float
        In the unit.

    Raises
    ------
    ValueError
        A sentence saying what was not understood.

    Examples
    --------
    >>> read_quantity("2 GB", "B"), read_quantity("1,5", "x"), read_quantity("4 %", "x"), read_quantity("2 048", "B")
    (2000000000.0, 1.5, 0.04, 2048.0)
    """
    if len(text) > MAX_ENTRY:
        raise ValueError(f"“{text[:20]}…” is longer than {MAX_ENTRY} characters; a number is shorter.")
    cleaned = _ABOUT.sub("", text.strip())
    cleaned = re.sub(r"(?<=\d)[\s\u00a0\u2009\u202f'_](?=\d{3}(?!\d))", "", cleaned)
    cleaned = _VULGAR.sub(lambda match: _FRACTIONS[match.group()], cleaned)
    cleaned = cleaned.replace("−", "-").replace("–", "-").replace("\u00a0", " ").replace("\u202f", " ")
    cleaned = _SUPERSCRIPTS.sub(lambda match: f"10^{match.group(1).translate(_PLAIN)}", _decimal_point(cleaned))
    power, plain, fraction = _POWER.match(cleaned), _NUMBER.match(cleaned), _FRACTION.match(cleaned)
    if fraction:
        upper, lower, suffix = fraction.groups()
        number = float(upper) / float(lower)
        if unit == "share" and not suffix:
            return number
    elif power:
        factor, sign, exponent, suffix = power.groups()
        number = float(f"{factor or sign + '1'}e{exponent}")
    elif plain:
        number, suffix = float(plain.group(1)), plain.group(2)
    else:
        raise ValueError(f"No number found in “{text.strip()[:40]}”. Write it like 2048, 2e3 or 0.5.")
    value = number * _factor(suffix.strip(), unit, text)
    if not math.isfinite(value):
        raise ValueError(f"“{text.strip()[:40]}” is too large to be a number here.")
    return value


_ABOUT = re.compile(
    r"(?:about|approximately|approx\.?|around|roughly|circa|ca\.?|~|≈)\s*(?=[\d.,+−–½¼¾⅓⅔-])", re.IGNORECASE
)
_FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_VULGAR = re.compile(r"(?<!\d)[½¼¾⅓⅔]")
_FRACTION = re.compile(r"([+-]?\d+)\s*/\s*(\d*[1-9]\d*)(?![\d.])\s*(.*)\Z")
# A number before a power of ten has one group at most, so its sign is that of decimals: 2,555e-6 is 0.000 002 555.
NO_POWER_FOLLOWS = r"(?!\s*(?:e[+-]?\d|[×x*·]?\s*10\s*(?:\^|\*\*|[⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹])))"
_THOUSANDS = re.compile(rf"(?<![\d.,])[+-]?[1-9]\d{{0,2}}(?:,\d{{3}})+(?![\d,]){NO_POWER_FOLLOWS}", re.IGNORECASE)
# Points are thousands where there are several, and where a decimal comma follows: 1.234.567 and 1.234,5.
_POINTED = re.compile(r"(?<![\d.,])[+-]?[1-9]\d{0,2}(?:(?:\.\d{3}){2,}(?:,\d+)?|\.\d{3},\d+)(?![\d.,])")


def _decimal_point(text: str) -> str:
    text = _POINTED.sub(lambda match: match.group().replace(".", ""), text)
    text = _THOUSANDS.sub(lambda match: match.group().replace(",", ""), text)
    return text.replace(",", ".")


def _factor(suffix: str, unit: str, text: str) -> float:
    rows = PREFIXES.get(unit, ())
    if not suffix:
        return 0.01 if unit == "share" else 1.0
    name = SPELLED.get(suffix.lower(), _PER_SECOND.sub(r"\1/s", suffix))
    if unit == "x" and name == "%":
        return 0.01
    for _, factor, row_name in (*rows, *(PREFIXES["B"] if unit == "iB" else ())):  # a GB is no GiB, and is one of bytes
        if name == row_name:
            return factor
    _check_bits(name, unit, text)
    for _, factor, row_name in rows:
        # MW is no careless mW: there the case is a factor of 10⁹.
        if name.lower() == row_name.lower() and not (unit in ("W", "J") and name[0] == "M"):
            return factor
    if suffix.lower() in (unit.lower(), ONE.get(unit)):
        return 1.0
    if (prefix := _prefix(suffix, unit)) is not None:
        return prefix
    known = ", ".join(row[2] for row in rows) or unit or "no unit"
    raise ValueError(f"“{suffix[:20]}” in “{text.strip()[:40]}” is not a unit of this number; write {known}.")


_PER_SECOND = re.compile(r"\A([kKmMgGtT]?[bB])ps\Z")
_COUNTED = re.compile(r"[KMGTPE]i?([bB])\Z|[kKmMgGtT]?([bB])/s\Z")  # bits or bytes; "2 gb" is said of memory


def _check_bits(suffix: str, unit: str, text: str) -> None:
    """Refuse bits where bytes are asked for, and bytes where bits are."""
    asked = "b" if unit == "bit/s" else "B" if unit in ("B", "iB", "B/s") else ""
    counted = _COUNTED.match(suffix)
    if asked and counted and (counted.group(1) or counted.group(2)) != asked:
        names = ("bytes", "bits: 1 MB is 8 Mb") if asked == "B" else ("bits", "bytes: 1 MB is 8 Mb")
        raise ValueError(f"“{text.strip()[:40]}” counts {names[1]}; this number is in {names[0]}.")


def _prefix(suffix: str, unit: str) -> float | None:
    """Return what a prefix alone stands for, "G" for GB or GiB, "k" for a thousand; None where it is none."""
    if len(suffix) != 1:
        return None
    if unit not in PREFIXES:
        return {"k": 1e3, "K": 1e3, "M": 1e6}.get(suffix)
    rows = PREFIXES[unit]
    base = next((name for _, factor, name in rows if factor == 1), "")
    letters = "kK" if suffix in "kK" else suffix
    found = [factor for _, factor, name in rows if name[0] in letters and len(name) > len(base) and name.endswith(base)]
    return found[0] if base and len(found) == 1 else None


def in_sentence(name: str) -> str:
    """Return a label or title as it stands within a sentence: its first letter small, names and acronyms as they are.

    Parameters
    ----------
    name : str
        As it stands alone.

    Returns
    -------
    str
        Within a sentence.

    Examples
    --------
    >>> in_sentence("Uploads that arrive from Dusty Mesa"), in_sentence("SRAM overflow")
    ('uploads that arrive from Dusty Mesa', 'SRAM overflow')
    """
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
