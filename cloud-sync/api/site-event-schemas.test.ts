import test from 'ava';
import fc from 'fast-check';
import {
  decisionBodySchema,
  isDecisionBody,
  isSessionBody,
  sessionBodySchema,
} from './site-event-schemas.js';

const text = fc.oneof(
  fc.string({maxLength: 70}),
  fc.constantFrom('', 'x'.repeat(32), 'x'.repeat(33), 'x'.repeat(64), 'x'.repeat(65)),
);
const any = fc.oneof(
  text,
  fc.constantFrom(null, undefined, true, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, []),
);
const record = (...keys: readonly string[]) =>
  fc.record(Object.fromEntries(keys.map(key => [key, any])), {requiredKeys: []});
const decision = record('result', 'grant', 'bay', 'credential');
const session = record('session', 'bay', 'phase', 'grant', 'closeCause', 'durationMs');
const fit = {session: 's', bay: 'b', phase: 'p', grant: 'g', closeCause: null, durationMs: 0};
const nearlyFit = fc.tuple(fc.constantFrom(...Object.keys(fit)), any);

test('what is taken by hand is what the schema takes', t => {
  fc.assert(
    fc.property(decision, session, nearlyFit, (one, two, [key, value]) => {
      t.is(isDecisionBody(one), decisionBodySchema.safeParse(one).success, JSON.stringify(one));
      for (const body of [two, {...fit, [key]: value}]) {
        t.is(isSessionBody(body), sessionBodySchema.safeParse(body).success, JSON.stringify(body));
      }
    }),
    {numRuns: 500},
  );
  for (const body of [null, undefined, 7, 'text']) {
    t.false(isDecisionBody(body) || isSessionBody(body));
  }
});
