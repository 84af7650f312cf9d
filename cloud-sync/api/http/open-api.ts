import {type Api, REFUSALS} from './api.js';
import {CATALOGUE} from './refusals.js';

/** Of the interface: a change that breaks nobody counts up the middle number. */
const API_VERSION = '1.0.0';

const ABOUT = `Accounts, rights, orders, money and commands of Latchkey.

**Key.** \`Authorization: Bearer lk_...\`. What an operation needs stands beside it as a scope.

**Once.** A POST that moves money, opens something, issues rights or changes an order wants an
\`Idempotency-Key\`: for 72 h the same key with the same request gets the same answer, with
\`Idempotency-Replayed: true\`, and nothing is done again.

**Money** is whole fen, times are milliseconds since 1970, lengths of time are milliseconds.

**Lists** go on at \`nextCursor\`, which also stands in \`Link: rel="next"\`.

**Errors** are \`application/problem+json\`; \`code\` is one of these and never changes its meaning:

| code | status | meaning |
|---|---|---|
${Object.entries(CATALOGUE)
  .map(([code, [status, title]]) => `| \`${code}\` | ${status} | ${title} |`)
  .join('\n')}
`;

/** The whole interface as it is at this moment, with all areas that were added. */
export function openApiOf(api: Api): object {
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    ...{type: 'http', scheme: 'bearer'},
    description: 'A key of a program, or the session of a person',
  });
  const made = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {title: 'Latchkey', version: API_VERSION, description: ABOUT, license: {name: 'MIT'}},
    servers: [{url: '/'}],
  });
  // The generator writes the flag behind the pattern; patterns of JSON Schema are Unicode anyway.
  const text = JSON.stringify(made, (key, value) =>
    key === 'pattern' && typeof value === 'string' ? value.replace(/\/u$/, '') : value,
  );
  return withNamedRefusals(JSON.parse(text));
}

interface Made {
  readonly paths: Record<string, Record<string, {responses: Record<string, unknown>}>>;
  readonly components: object;
}

/** The refusals that every operation may give stand once, not at each. */
function withNamedRefusals(made: Made): object {
  const responses: Record<string, unknown> = {};
  for (const operation of Object.values(made.paths).flatMap(methods => Object.values(methods))) {
    for (const [status, usual] of Object.entries(REFUSALS)) {
      const given = operation.responses[status] as {description?: string} | undefined;
      if (given?.description !== usual.description) continue;
      responses[`Refused${status}`] = given;
      operation.responses[status] = {$ref: `#/components/responses/Refused${status}`};
    }
  }
  return {...made, components: {...made.components, responses}};
}
