/* A page without an identity says so on arrival and takes no entry; in a frame it leads into a tab of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { showUnkept, unkeptWords } from "../../../dashboard/scripts/records/no_identity.js";
import { element, openPage } from "../support/elements.js";

test("only in a frame does a new tab help", () => {
  assert.equal(unkeptWords(true)[1], "Open the lab in a new tab");
  assert.match(unkeptWords(false)[0], /Allow this site's cookie, then reload the page\.$/);
  assert.equal(unkeptWords(false)[1], "");
});

test("a page without a bench or without a head is left as it is", () => {
  openPage(element("main", {}));
  showUnkept();
});
