import test from 'ava';
import type {UnixMillis} from '../base/clock.js';
import type {CardCredential, Grant} from '../site/grant.js';
import {asId} from '../site/ids.js';
import {
  canonicalRow,
  EMPTY_STATE_HASH,
  type GrantStateRow,
  hashOfState,
  hashWith,
  hashWithout,
} from './grant-state.js';

const GRANT: Grant = {
  id: asId('g-1'),
  number: '7001',
  kind: 'park',
  holder: asId('h-1'),
  holderMask: '陈** 138****5678',
  credentials: [asId('k-1'), asId('k-2')],
  points: [asId('A-012')],
  validFrom: 1000 as UnixMillis,
  validUntil: 2000 as UnixMillis,
  weekly: [{days: [1, 5], fromMinute: 510, toMinute: 1080}],
  entries: 'multi',
  state: 'active',
  rev: 3,
  leaseUntil: 9000 as UnixMillis,
};
const CARD: CardCredential = {
  kind: 'card',
  id: asId('k-1'),
  holder: asId('h-1'),
  uid: asId('0104F2A7B3'),
  secretHex: undefined,
  state: 'active',
  rev: 1,
};
const ROWS: readonly GrantStateRow[] = [
  {table: 'grant', row: GRANT},
  {table: 'credential', row: CARD},
];
// Computed with Python's hashlib over the canonical text, not with our own code.
const GRANT_HASH = '958730dd725fad0d6a3a3047ac241d310dfeb85facfb5dc604ed1b2b9e4e84c9';
const BOTH_HASH = '066b4959b78d3cc6363e2cc58c43b04f54e815f65e4168982a660580078b0256';

test('a row is canonical whatever the order of its keys', t => {
  t.is(
    canonicalRow({table: 'credential', row: CARD}),
    '["credential","card","k-1","h-1","0104F2A7B3",null,"active",1]',
  );
  const {id, ...rest} = GRANT;
  t.is(
    canonicalRow({table: 'grant', row: {...rest, id}}),
    '["grant","g-1","7001","park","h-1","陈** 138****5678",["k-1","k-2"],["A-012"],1000,2000,[[[1,5],510,1080]],"multi","active",3,9000]',
  );
});

test('a budget counts, and a grant without one is as it always was', t => {
  const budget = {fen: 320, seconds: 1800};
  const plain = canonicalRow({table: 'grant', row: GRANT});
  t.is(
    canonicalRow({table: 'grant', row: {...GRANT, budget}}),
    `${plain.slice(0, -1)},[320,1800]]`,
  );
  const cool = {...budget, mostMilliCelsius: 40_000};
  t.is(
    canonicalRow({table: 'grant', row: {...GRANT, budget: cool}}),
    `${plain.slice(0, -1)},[320,1800,40000]]`,
  );
  const little = {...budget, mostMl: 40_000};
  t.is(
    canonicalRow({table: 'grant', row: {...GRANT, budget: little}}),
    `${plain.slice(0, -1)},[320,1800,null,40000]]`,
  );
  t.is(canonicalRow({table: 'grant', row: {...GRANT, budget: undefined}}), plain);
});

test('the plates of cars count, behind a budget or without one', t => {
  const [budget, plates] = [{fen: 320, seconds: 1800}, ['粤B12345']];
  const plain = canonicalRow({table: 'grant', row: GRANT});
  const end = '{"plates":["粤B12345"]}]';
  t.is(canonicalRow({table: 'grant', row: {...GRANT, plates}}), `${plain.slice(0, -1)},${end}`);
  t.is(
    canonicalRow({table: 'grant', row: {...GRANT, plates, budget}}),
    `${plain.slice(0, -1)},[320,1800],${end}`,
  );
});

test('the state hash is the sum of the row hashes, wrapped at 2^256', t => {
  t.is(hashOfState(ROWS.slice(0, 1)), GRANT_HASH);
  t.is(hashOfState(ROWS), BOTH_HASH);
  t.is(hashOfState([...ROWS].reverse()), BOTH_HASH);
});

test('taking a row away undoes adding it', t => {
  let hash = EMPTY_STATE_HASH;
  for (const row of ROWS) hash = hashWith(hash, row);
  for (const row of ROWS) hash = hashWithout(hash, row);
  t.is(hash, EMPTY_STATE_HASH);
});

test('a changed field changes the hash', t => {
  const changed: GrantStateRow = {table: 'grant', row: {...GRANT, state: 'revoked'}};
  t.not(hashOfState([changed]), GRANT_HASH);
});
