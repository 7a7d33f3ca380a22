/* The page's font within a drawing: an SVG that is shown as an image sees no font of its page, so it carries them. */

/* Whether a font's unicode-range ("U+0370-0377,U+20AC") has a sign of a text; a font without one has all. */
export function hasSign(range, text) {
  if (!range) return true;
  const spans = range.split(",").map((span) => {
    const [low, high = low] = span.trim().slice(2).replaceAll("?", "0").split("-");
    return [parseInt(low, 16), parseInt(span.includes("?") ? span.trim().slice(2).replaceAll("?", "F") : high, 16)];
  });
  return [...text].some((sign) =>
    spans.some(([low, high]) => low <= sign.codePointAt(0) && sign.codePointAt(0) <= high),
  );
}

/* The @font-face rules of the page's own sheets, each with the address of its file. */
function faces() {
  const found = [];
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSFontFaceRule)) continue;
      const [, address] = /url\(["']?([^"')]+)/.exec(rule.style.getPropertyValue("src")) ?? [];
      if (address) found.push({ rule, address: new URL(address, sheet.href ?? document.baseURI).href });
    }
  }
  return found;
}

function asDataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}

/* The rules that a drawing of this text needs, their files within them; none where a file does not come. */
export async function fontRules(text) {
  const needed = faces().filter(({ rule }) => hasSign(rule.style.getPropertyValue("unicode-range"), text));
  const rules = needed.map(async ({ rule, address }) => {
    const answer = await fetch(address);
    if (!answer.ok) return "";
    const parts = ["font-family", "font-weight", "font-style", "unicode-range"]
      .map((name) => [name, rule.style.getPropertyValue(name)])
      .filter(([, value]) => value)
      .map(([name, value]) => `${name}:${value}`);
    return `@font-face{${parts.join(";")};src:url(${await asDataUrl(await answer.blob())})}`;
  });
  return (await Promise.all(rules.map((rule) => rule.catch(() => "")))).join("");
}
