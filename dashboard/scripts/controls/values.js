/* The values of controls: where a slider stands for one, which one a position means, and its text.

   A spec is what dashboard/rendering/texts.py writes of a control: kind, default, and for a slider unit, min, max, step,
   log (its scale) and whole (whole numbers only). */
import { inWords } from "../numbers/write.js";

export function defaultsOf(spec) {
  return Object.fromEntries(Object.entries(spec).map(([name, rule]) => [name, rule.default]));
}

/* The values that differ from their defaults: what stands at its default follows it, and an earlier bench may move it. */
export function ownValues(spec, values) {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== spec[name].default));
}

/* Where a slider stands at a value. */
export function position(rule, value) {
  return rule.log ? Math.round(Math.log10(value) * 1e6) / 1e6 : value;
}

/* How far along its slider a value is, 0 to 1. */
export function fraction(rule, value) {
  const low = position(rule, rule.min);
  return (position(rule, value) - low) / (position(rule, rule.max) - low);
}

/* A number as a slider has it: within its ends, on its steps, the default exactly. */
export function onScale(rule, number) {
  let value = Math.min(Math.max(number, rule.min), rule.max);
  if (!rule.log && Math.abs(value - rule.default) > 1e-9 * rule.step) {
    value = rule.min + Math.round((value - rule.min) / rule.step) * rule.step;
    value = Number(Math.min(value, rule.max).toPrecision(12));
  }
  return rule.whole ? Math.round(value) : value;
}

/* The value that a slider's position means; it carries 3 digits on a logarithmic scale. */
export function valueAt(rule, raw) {
  const at = parseFloat(raw);
  if (!Number.isFinite(at)) return rule.default;
  if (!rule.log) return onScale(rule, at);
  if (Math.abs(at - Math.log10(rule.default)) < rule.step / 2) return rule.default;
  return onScale(rule, Number(Math.pow(10, at).toPrecision(3)));
}

export function textOf(rule, value) {
  if (rule.kind === "slider") return inWords(value, rule.unit);
  if (rule.kind === "choice") return rule.texts[value] || String(value);
  return value ? "on" : "off";
}
