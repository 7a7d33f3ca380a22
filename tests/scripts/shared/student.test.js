/* Whose page this is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { STUDENT_HEADER, learnStudent, studentOfPage } from "../../../dashboard/scripts/shared/student.js";
import { STUDENT, answer } from "../requests/support.js";

const told = (name) => answer(200, "{}", { [STUDENT_HEADER]: name });

test("a page is one student's: the first name that an answer tells, and no other", () => {
  for (const response of [answer(), told(""), told("not a name"), told(`${STUDENT}0`)]) {
    assert.equal(learnStudent(response), false);
    assert.equal(studentOfPage(), "");
  }
  assert.equal(learnStudent(told(STUDENT)), true);
  assert.equal(learnStudent(told(STUDENT.replaceAll("0", "f"))), false);
  assert.equal(studentOfPage(), STUDENT);
});
