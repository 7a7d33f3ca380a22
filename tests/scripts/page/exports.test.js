/* CSV as RFC 4180 has it, and as a spreadsheet may safely open it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, csv, fileName } from "../../../dashboard/scripts/page/exports.js";

test("a cell with a comma, a quote or a line end is quoted, and quotes are doubled", () => {
  assert.equal(cell("a, b"), '"a, b"');
  assert.equal(cell('5" wide'), '"5"" wide"');
  assert.equal(cell("a\nb"), '"a\nb"');
  assert.equal(cell("a\rb"), '"a\rb"');
  assert.equal(cell("plain – text"), "plain – text");
});

test("a text that a spreadsheet would run as a formula gets an apostrophe", () => {
  for (const text of ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx"]) assert.equal(cell(text), `'${text}`);
  assert.equal(cell('=HYPERLINK("x","y")'), `"'=HYPERLINK(""x"",""y"")"`);
});

test("numbers stay numbers", () => {
  for (const [value, text] of [
    [-3.5, "-3.5"],
    [1e-9, "1e-9"],
    [0, "0"],
    ["-4", "-4"],
    ["+1e3", "+1e3"],
  ])
    assert.equal(cell(value), text);
});

test("what is not there is an empty cell", () => {
  assert.equal(cell(null), "");
  assert.equal(cell(undefined), "");
});

test("every point of every trace is a row, typed arrays included", () => {
  const traces = [
    { name: "raw, all", x: Float64Array.of(1, 2), y: [0.5, -1] },
    { name: "federated", x: ["a", "b"], y: [3, 4] },
  ];
  assert.equal(csv(traces), 'series,x,y\r\n"raw, all",1,0.5\r\n"raw, all",2,-1\r\nfederated,a,3\r\nfederated,b,4\r\n');
});

test("a file is named by its bench and panel, with plain signs only", () => {
  assert.equal(fileName("edge_guardian/paradox", "a/b ü"), "edge-guardian-paradox-a-b-");
});
