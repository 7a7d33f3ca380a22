/* Numbers that a person types, as tracks/api/quantities.py reads them. */
import table from "./units.json" with { type: "json" };

const PLAIN = new Map([..."⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹"].map((sign, n) => [sign, "-+0123456789"[n]]));
const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(.*)$/i;
const POWER = /^(?:([+-]?(?:\d+\.?\d*|\.\d+))(?:\s*[×x*·]\s*|\s+)|([+-]?))10\s*(?:\^|\*\*)\s*([+-]?\d+)\s*(.*)$/i;

/* A number before a power of ten has one group at most, so its sign is that of decimals: 2,555e-6 is 0.000 002 555. */
const THOUSANDS =
  /(?<![\d.,])[+-]?[1-9]\d{0,2}(?:,\d{3})+(?![\d,])(?!\s*(?:e[+-]?\d|[×x*·]?\s*10\s*(?:\^|\*\*|[⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹])))/gi;
/* Points are thousands where there are several, and where a decimal comma follows: 1.234.567 and 1.234,5. */
const POINTED = /(?<![\d.,])[+-]?[1-9]\d{0,2}(?:(?:\.\d{3}){2,}(?:,\d+)?|\.\d{3},\d+)(?![\d.,])/g;
const ABOUT = /^(?:about|approximately|approx\.?|around|roughly|circa|ca\.?|~|≈)\s*(?=[\d.,+−–½¼¾⅓⅔-])/i;
const VULGAR = { "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3" };
const FRACTION = /^([+-]?\d+)\s*\/\s*(\d*[1-9]\d*)(?![\d.])\s*(.*)$/;
const PER_SECOND = /^([kKmMgGtT]?[bB])ps$/;
const COUNTED = /^[KMGTPE]i?([bB])$|^[kKmMgGtT]?([bB])\/s$/; // bits or bytes; "2 gb" is said of memory

/* One notation: no signs between thousands, a point before decimals, ^ before an exponent. */
function cleaned(text) {
  return text
    .trim()
    .replace(ABOUT, "")
    .replace(/(?<=\d)[\s\u00a0\u2009\u202f'_](?=\d{3}(?!\d))/g, "")
    .replace(/(?<!\d)[½¼¾⅓⅔]/g, (sign) => VULGAR[sign])
    .replace(/[−–]/g, "-")
    .replace(/[\u00a0\u202f]/g, " ")
    .replace(POINTED, (number) => number.replaceAll(".", ""))
    .replace(THOUSANDS, (number) => number.replaceAll(",", ""))
    .replaceAll(",", ".")
    .replace(/10([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_all, digits) => `10^${[...digits].map((sign) => PLAIN.get(sign)).join("")}`);
}

/* Whether bits stand where bytes are asked for, or bytes where bits are. */
function isOtherCount(suffix, unit) {
  const asked = unit === "bit/s" ? "b" : ["B", "iB", "B/s"].includes(unit) ? "B" : "";
  const counted = COUNTED.exec(suffix);
  return Boolean(asked && counted && (counted[1] ?? counted[2]) !== asked);
}

/* What a prefix alone stands for, "G" for GB or GiB, "k" for a thousand; NaN where it is none. */
function prefixOf(suffix, unit) {
  if (suffix.length !== 1) return NaN;
  const rows = table.prefixes[unit];
  if (!rows) return { k: 1e3, K: 1e3, M: 1e6 }[suffix] ?? NaN;
  const base = rows.find(([, factor]) => factor === 1)?.[2] ?? "";
  const letters = suffix.toLowerCase() === "k" ? "kK" : suffix;
  const found = rows.filter(
    ([, , name]) => letters.includes(name[0]) && name.length > base.length && name.endsWith(base),
  );
  return base && found.length === 1 ? found[0][1] : NaN;
}

function factorOf(suffix, unit) {
  const rows = table.prefixes[unit] ?? [];
  if (!suffix) return unit === "share" ? 0.01 : 1;
  const name = table.spelled[suffix.toLowerCase()] ?? suffix.replace(PER_SECOND, "$1/s");
  const lower = name.toLowerCase();
  if (unit === "x" && name === "%") return 0.01;
  // MW is no careless mW: there the case is a factor of 10⁹.
  const caseMatters = ["W", "J"].includes(unit) && name.startsWith("M");
  const bytes = unit === "iB" ? table.prefixes.B : []; // a GB is no GiB, and is one of bytes
  const exact = [...rows, ...bytes].find(([, , known]) => known === name);
  if (!exact && isOtherCount(name, unit)) return NaN;
  const row = exact ?? (caseMatters ? undefined : rows.find(([, , known]) => known.toLowerCase() === lower));
  if (row) return row[1];
  const isUnit = [unit.toLowerCase(), table.one[unit]].includes(suffix.toLowerCase());
  return isUnit ? 1 : prefixOf(suffix, unit);
}

/* The number that was typed, in `unit`; NaN if it cannot be read. A bare number takes the unit that stands beside the box. */
export function read(text, unit, shown = "") {
  if (String(text).length > table.max_entry) return NaN;
  const typed = cleaned(String(text));
  const fraction = FRACTION.exec(typed);
  const scaled = POWER.exec(typed);
  const plain = NUMBER.exec(typed);
  const parts = fraction ?? scaled ?? plain;
  if (!parts) return NaN;
  const suffix = parts.at(-1).trim() || shown;
  let number = Number(plain?.[1]);
  if (fraction) number = Number(fraction[1]) / Number(fraction[2]);
  else if (scaled) number = Number(`${scaled[1] ?? `${scaled[2]}1`}e${scaled[3]}`);
  const isWhole = fraction && unit === "share" && !fraction[3]; // a half is no half percent
  const value = isWhole ? number : number * factorOf(suffix, unit);
  return Number.isFinite(value) ? value : NaN;
}
