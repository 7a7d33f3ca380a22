/* What a form says before it is sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { problemOf } from "../../../dashboard/scripts/page/forms.js";

test("files of a size that the server takes are sent", () => {
  assert.equal(problemOf([{ name: "a.json", size: 5 }], 10), "");
  assert.equal(problemOf([], 10), "");
});

test("a file that is too large is named and none is sent", () => {
  const files = [
    { name: "a.json", size: 5 },
    { name: "big.html", size: 50e6 },
  ];
  assert.equal(problemOf(files, 20e6), "“big.html” has 50 MB; an export has at most 20. It was not sent.");
});
