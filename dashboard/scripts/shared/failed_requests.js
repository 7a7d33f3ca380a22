/* Every request of Dash passes here, so that a refused or lost one is said and the gate opens again. */

const UPDATE = "_dash-update-component";

/* The bench whose state a request computes, or null if it asks for something else. Its output ids say so. */
export function solvedBench(body) {
  let request;
  try {
    request = JSON.parse(body);
  } catch {
    return null;
  }
  const outputs = [request?.outputs ?? []].flat(2);
  const texts = outputs.find((output) => output?.id?.kind === "slot" && output.id.name === "texts");
  return texts ? texts.id.bench : null;
}

/* The sentence that an unsuccessful answer carries. */
export async function sentenceOf(response) {
  try {
    return (await response.clone().json()).error || "The server could not answer.";
  } catch {
    return "The server could not answer. Your entries are kept.";
  }
}

/* A fetch that passes everything through and calls report(bench or null, sentence) for an update that fails. */
export function reportingFetch(plainFetch, report) {
  return function fetch(input, options) {
    const answer = plainFetch.call(this, input, options);
    const url = String(input?.url ?? input);
    if (url.includes(UPDATE)) {
      const say = (sentence) => report(solvedBench(options?.body), sentence);
      answer.then(
        (response) => response.ok || sentenceOf(response).then(say),
        () => say("No connection to the server. Your entries are kept."),
      );
    }
    return answer;
  };
}
