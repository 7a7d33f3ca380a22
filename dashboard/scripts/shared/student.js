/* Whose page this is: a name for programs that the server sends with its answers. It opens nothing. */

export const STUDENT_HEADER = "Edgelab-Student";
let student = "";

/* The name, or "" while no answer has told it. */
export function studentOfPage() {
  return student;
}

/* Take the name from an answer, once: a page stays that of one student. True when it is known from now on. */
export function learnStudent(response) {
  const name = response.headers?.get(STUDENT_HEADER) ?? "";
  if (student || !/^[0-9a-f]{16}$/.test(name)) return false;
  student = name;
  return true;
}
