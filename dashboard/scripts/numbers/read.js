/* Numbers that a person types, as tracks/api/quantities.py reads them. */
import table from "./units.json" with { type: "json" };

const PLAIN = new Map([..."⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹"].map((sign, n) => [sign, "-+0123456789"[n]]));
const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(.*)$/i;
const POWER = /^(?:([+-]?(?:\d+\.?\d*|\.\d+))(?:\s*[×x*·]\s*|\s+)|([+-]?))10\s*(?:\^|\*\*)\s*([+-]?\d+)\s*(.*)$/i;

/* One notation: no signs between thousands, a point before decimals, ^ before an exponent. */
function cleaned(text) {
  return text
    .trim()
    .replace(/(?<=\d)[\s\u00a0\u2009\u202f'_](?=\d{3}(?!\d))/g, "")
    .replace(/[−–]/g, "-")
    .replace(/[\u00a0\u202f]/g, " ")
    .replace(/(?<![\d.,])[+-]?[1-9]\d{0,2}(?:,\d{3})+(?![\d,])/g, (number) => number.replaceAll(",", ""))
    .replaceAll(",", ".")
    .replace(/10([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_all, digits) => `10^${[...digits].map((sign) => PLAIN.get(sign)).join("")}`);
}

function factorOf(suffix, unit) {
  const rows = table.prefixes[unit] ?? [];
  if (!suffix) return unit === "share" ? 0.01 : 1;
  const name = table.spelled[suffix.toLowerCase()] ?? suffix;
  const lower = name.toLowerCase();
  // MW is no careless mW: there the case is a factor of 10⁹.
  const caseMatters = ["W", "J"].includes(unit) && name.startsWith("M");
  const row =
    rows.find(([, , known]) => known === name) ??
    (caseMatters ? undefined : rows.find(([, , known]) => known.toLowerCase() === lower));
  if (row) return row[1];
  return suffix.toLowerCase() === unit.toLowerCase() ? 1 : NaN;
}

/* The number that was typed, in `unit`; NaN if it cannot be read. A bare number takes the unit that stands beside the box. */
export function read(text, unit, shown = "") {
  if (String(text).length > table.max_entry) return NaN;
  const typed = cleaned(String(text));
  const scaled = POWER.exec(typed);
  const plain = NUMBER.exec(typed);
  if (!scaled && !plain) return NaN;
  const number = scaled ? Number(`${scaled[1] ?? `${scaled[2]}1`}e${scaled[3]}`) : Number(plain[1]);
  const suffix = (scaled ? scaled[4] : plain[2]).trim() || shown;
  const value = number * factorOf(suffix, unit);
  return Number.isFinite(value) ? value : NaN;
}
