/* Numbers and units as tracks/api/quantities.py writes and reads them; a browser test holds the two against each other. */
(function () {
  "use strict";
  var UPWARDS = 1 + 1e-12; // a half is rounded up, as on the server
  var THIN = "\u202f";
  var UP = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  var PREFIXES = {
    B: [[0, 1, "B"], [1e3, 1e3, "kB"], [1e6, 1e6, "MB"], [1e9, 1e9, "GB"], [1e12, 1e12, "TB"], [1e15, 1e15, "PB"], [1e18, 1e18, "EB"]],
    iB: [[0, 1, "B"], [1024, 1024, "KiB"], [1048576, 1048576, "MiB"], [1073741824, 1073741824, "GiB"]],
    "bit/s": [[0, 1, "b/s"], [1e3, 1e3, "kb/s"], [1e6, 1e6, "Mb/s"], [1e9, 1e9, "Gb/s"]],
    s: [[0, 1e-6, "µs"], [1e-3, 1e-3, "ms"], [1, 1, "s"], [120, 60, "min"], [7200, 3600, "h"], [172800, 86400, "days"], [63072000, 31536000, "years"]],
    J: [[0, 1e-3, "mJ"], [1, 1, "J"], [1e3, 1e3, "kJ"]],
    W: [[0, 1e-3, "mW"], [1, 1, "W"], [1e3, 1e3, "kW"]],
    FLOP: [[0, 1, "FLOP"], [1e6, 1e6, "MFLOP"], [1e9, 1e9, "GFLOP"], [1e12, 1e12, "TFLOP"]],
    "FLOP/s": [[0, 1, "FLOP/s"], [1e6, 1e6, "MFLOP/s"], [1e9, 1e9, "GFLOP/s"], [1e12, 1e12, "TFLOP/s"]],
    "B/s": [[0, 1, "B/s"], [1e3, 1e3, "kB/s"], [1e6, 1e6, "MB/s"], [1e9, 1e9, "GB/s"], [1e12, 1e12, "TB/s"]],
    share: [[0, 0.01, "%"]],
    x: [[0, 1, "×"]],
    points: [[0, 1, "points"]],
  };

  function threeDigits(value) {
    if (value === 0) return "0";
    var sign = value < 0 ? "−" : "";
    var size = Math.abs(value);
    var parts = (size * UPWARDS).toExponential(2).split("e");
    var exponent = parseInt(parts[1], 10);
    if (exponent < -3 || exponent > 9) {
      var digits = parts[0].replace(/0+$/, "").replace(/\.$/, "");
      var power = "10" + String(exponent).replace(/[-0-9]/g, function (c) { return UP[c]; });
      return sign + (digits === "1" ? power : digits + THIN + "×" + THIN + power);
    }
    var rounded = parseFloat((size * UPWARDS).toPrecision(3));
    if (rounded >= 1000) return sign + rounded.toFixed(0).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
    var decimals = Math.max(0, 2 - exponent);
    var text = rounded.toFixed(decimals);
    return sign + (decimals ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
  }

  function quantity(value, unit) {
    var rows = PREFIXES[unit];
    if (!rows) return [threeDigits(value), unit];
    if (unit === "points") return [(value > 0 ? "+" : "") + threeDigits(value), unit];
    var size = Math.max(Math.abs(value), Math.abs(parseFloat((value * UPWARDS).toPrecision(3))));
    var row = rows[0];
    rows.forEach(function (candidate) { if (size >= candidate[0]) row = candidate; });
    if (size === 0 && (unit === "s" || unit === "J" || unit === "W")) row = [0, 1, unit];
    return [threeDigits(value / row[1]), row[2]];
  }

  function inWords(value, unit) {
    var parts = quantity(value, unit);
    if (parts[1] === "%" || parts[1] === "×") return parts[0] + parts[1];
    return parts[1] ? parts[0] + "\u00a0" + parts[1] : parts[0];
  }

  /* The number a person typed, in `unit`; a bare number takes the prefix that stands beside the box. NaN if unreadable. */
  function read(text, unit, shown) {
    var cleaned = String(text).trim()
      .replace(/[−–]/g, "-")
      .replace(/(\d)[\s\u00a0\u2009\u202f'_](?=\d{3}(?!\d))/g, "$1")
      .replace(/(^|[^\d.,])([+-]?[1-9]\d{0,2}(?:,\d{3})+)(?![\d,])/g, function (_all, before, number) { return before + number.replace(/,/g, ""); })
      .replace(/,/g, ".")
      .replace(/(\s*[×x*·]\s*)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, function (_all, times, power) {
        var exponent = power.replace(/./g, function (c) { return Object.keys(UP).find(function (k) { return UP[k] === c; }); });
        return (times ? "e" : "1e") + exponent;
      });
    var match = cleaned.match(/^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(.*)$/i);
    if (!match) return NaN;
    var suffix = match[2].trim() || shown || "";
    var factor = 1;
    var rows = PREFIXES[unit];
    if (rows && suffix) {
      var row = rows.find(function (r) { return r[2] === suffix; }) ||
        rows.find(function (r) { return r[2].toLowerCase() === suffix.toLowerCase(); }) ||
        (unit === "x" && /^x$/i.test(suffix) ? rows[0] : null);
      if (!row) return NaN;
      factor = row[1];
    } else if (!rows && match[2].trim() && match[2].trim() !== unit) {
      return NaN;
    }
    var value = parseFloat(match[1]) * factor;
    return Number.isFinite(value) ? value : NaN;
  }

  window.edgelabFormat = { threeDigits: threeDigits, quantity: quantity, inWords: inWords, read: read };
})();
