/* What a file that is made in the browser is called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName } from "../../../dashboard/scripts/page/exports.js";

test("a file is named by its bench and panel, with plain signs only", () => {
  assert.equal(fileName("edge_guardian/paradox", "a/b ü"), "edge-guardian-paradox-a-b-");
  assert.notEqual(fileName("my_track/case_1", "main"), fileName("my_track/case_2", "main"));
});
