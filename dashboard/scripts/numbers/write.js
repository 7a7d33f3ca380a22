/* Numbers and units as tracks/api/quantities.py writes them; the units come from there, and both are tested on the same
   stored cases. */
import table from "./units.json" with { type: "json" };

const THIN = "\u202f";
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function withoutZeros(digits) {
  return digits.includes(".") ? digits.replace(/0+$/, "").replace(/\.$/, "") : digits;
}

function superscript(exponent) {
  return String(exponent).replace(/[-0-9]/g, (sign) => (sign === "-" ? "⁻" : SUPERSCRIPTS[Number(sign)]));
}

/* A finite number with 3 significant digits, thousands separated, very small and large ones as powers of 10; a whole
   number below 10 000 in full. */
export function threeDigits(value) {
  if (value === 0) return "0";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value) * table.upwards;
  const [mantissa, power] = size.toExponential(2).split("e");
  const exponent = Number(power);
  if (exponent < -3 || exponent > 9) {
    const digits = withoutZeros(mantissa);
    const ten = `10${superscript(exponent)}`;
    return sign + (digits === "1" ? ten : digits + THIN + "×" + THIN + ten);
  }
  const isCount = Math.abs(value) < table.whole_below && Number.isInteger(value);
  const rounded = isCount ? Math.abs(value) : Number(size.toPrecision(3));
  if (rounded >= 1000) return sign + rounded.toFixed(0).replace(/\B(?=(\d{3})+$)/g, THIN);
  return sign + withoutZeros(rounded.toFixed(Math.max(0, 2 - exponent)));
}

/* The number and the unit as written: (51114064, "B") gives ["51.1", "MB"]. */
export function quantity(value, unit) {
  const rows = table.prefixes[unit];
  if (!rows || unit === "points") {
    const number = threeDigits(value);
    const name = number === "1" || number === "−1" ? (table.one[unit] ?? unit) : unit;
    return [(unit === "points" && value > 0 ? "+" : "") + number, name];
  }
  const size = Math.max(Math.abs(value), Math.abs(Number((value * table.upwards).toPrecision(3))));
  if (size === 0 && table.zero_in_base.includes(unit)) return ["0", unit];
  const [, factor, name] = rows.findLast(([smallest]) => size >= smallest);
  return [threeDigits(value / factor), name];
}

/* Number and unit as one text without line breaks: "51.1 MB", "1%", "524×". */
export function inWords(value, unit) {
  const [number, name] = quantity(value, unit);
  if (name === "%" || name === "×") return number + name;
  return name ? `${number}\u00a0${name}` : number;
}
