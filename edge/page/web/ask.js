/*
 * Requests to the gateway. An answer is `{ok, status, json}`; a gateway that is away is an answer too,
 * with status 0.
 */

export async function ask(method, path, {body, csrf} = {}) {
  const headers = {'X-Latchkey-Page': '1'};
  if (csrf) headers['X-Latchkey-Csrf'] = csrf;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    const response = await fetch(path, {
      method,
      headers,
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    });
    return {ok: response.ok, status: response.status, json: await response.json()};
  } catch {
    return {ok: false, status: 0, json: {}};
  }
}

/** Why something was not done, in words of the reader. */
export function whyNot(words, {status, json}, nameOf) {
  if (status === 0) return words.page.disconnected;
  const {result, error} = json;
  const code = result?.why ?? result?.reason;
  const known = words.callRefusals[code] ?? words.reasons[code];
  if (known) return result?.by ? `${known} (${nameOf(result.by)})` : known;
  return error ? `${error.where}: ${error.expected} (${error.got})` : String(status);
}
