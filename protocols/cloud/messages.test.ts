import test from 'ava';
import type {z} from 'zod';
import {DOWN_SCHEMAS} from './down-messages.js';
import {cardSchema, credentialSchema, grantSchema} from './site-schemas.js';
import {UP_SCHEMAS} from './up-messages.js';

const HASH = 'ab'.repeat(32);
const SID = '0123456789abcdef0123456789abcdef';
const SIG = 'A'.repeat(86);
const EVENT = ['bay', 'b1', 12, 1_700_000_000_000, 'ok', '{"bay":"A-012"}'];
const GRANT = {
  id: 'g-1',
  number: '7001',
  kind: 'park',
  holder: 'h-1',
  holderMask: '陈** 138****5678',
  credentials: ['k-1'],
  points: ['A-012'],
  validFrom: 1,
  validUntil: 2,
  weekly: [{days: [1, 5], fromMinute: 510, toMinute: 1080}],
  entries: 'multi',
  state: 'active',
  rev: 3,
  leaseUntil: 9,
};
const CARD = {
  kind: 'card',
  id: 'k-1',
  holder: 'h-1',
  uid: '0104F2A7B3',
  state: 'active',
  rev: 1,
};

const holds = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

test('messages of the gateway are taken as the contract writes them', t => {
  const cfg = {ver: 0, hash: HASH};
  const hello = {v: 2, epoch: SID, sid: SID, boot: 'b1', mono: 5, wall: 1, clk: 'floor', head: 0};
  t.true(holds(UP_SCHEMAS.st, {on: true, sid: SID, boot: 'b1', mono: 5}));
  t.true(
    holds(UP_SCHEMAS.hello, {...hello, acked: 0, low: 1, cfg, rev: 0, kids: ['aa'], fw: '0.1.0'}),
  );
  t.true(holds(UP_SCHEMAS.hb, {sid: SID, mono: 5, clk: 'ok', head: 1, cfg, rev: 0}));
  t.true(holds(UP_SCHEMAS.live, {epoch: SID, seq: 9, ev: [EVENT]}));
  t.true(holds(UP_SCHEMAS.gone, {epoch: SID, from: 1, to: 8, why: 'pruned'}));
  t.true(holds(UP_SCHEMAS.cfg, {...cfg, err: 'version'}));
  t.true(holds(UP_SCHEMAS.res, {id: 'c1', st: 'dup', mono: 5, why: 'done'}));
  const site = {ver: 3, sha: HASH, state: 'refused', held: HASH, why: 'problems'};
  t.true(holds(UP_SCHEMAS.site, {...site, problems: ['site.yaml:1:1 site: nothing']}));
  t.false(holds(UP_SCHEMAS.site, {...site, problems: Array.from({length: 21}, () => 'x')}));
});

test('messages of the cloud are taken as the contract writes them', t => {
  const command = {id: 'c1', sid: SID, ref: 5, ttl: 8000, kind: 'open', door: 'A-012', n: 1};
  t.true(holds(DOWN_SCHEMAS.ack, {epoch: SID, upto: 5}));
  t.true(holds(DOWN_SCHEMAS.ack, {epoch: SID, want: 1}));
  t.true(holds(DOWN_SCHEMAS.ack, {epoch: SID, new_epoch: 'rollback'}));
  t.true(holds(DOWN_SCHEMAS.time, {sid: SID, mono_echo: 1.5, utc: 1, sig: SIG}));
  t.true(
    holds(DOWN_SCHEMAS.cfg, {
      sid: SID,
      from: 0,
      to: 2,
      ops: [
        {op: 'put', table: 'grant', row: GRANT},
        {op: 'drop', table: 'credential', id: 'k-1'},
      ],
      hash: HASH,
      sig: SIG,
    }),
  );
  const part = [{table: 'credential', row: CARD}];
  t.true(holds(DOWN_SCHEMAS.snap, {ver: 2, i: 0, last: true, part, hash: HASH, sig: SIG}));
  t.true(holds(DOWN_SCHEMAS.rev, {ver: 1, ids: ['g-1'], sig: SIG}));
  t.true(holds(DOWN_SCHEMAS.cmd, {...command, by: 'wang', sig: SIG}));
  const site = {sid: SID, ver: 1, sha: HASH, base: [], n: 1, piece: 'AA', removing: false};
  t.true(holds(DOWN_SCHEMAS.site, {...site, i: 0, by: 'wang', sig: SIG}));
  t.false(holds(DOWN_SCHEMAS.site, {...site, i: 1, by: 'wang', sig: SIG}));
});

test('unknown keys pass and are dropped, so that either end may be newer', t => {
  t.deepEqual(UP_SCHEMAS.rev.parse({ver: 4, later: true}), {ver: 4});
});

test('values outside their range do not pass', t => {
  t.false(holds(UP_SCHEMAS.rev, {ver: 2 ** 53}));
  t.false(holds(UP_SCHEMAS.st, {on: true, sid: 'short', boot: 'b', mono: 1}));
  t.false(holds(DOWN_SCHEMAS.ack, {epoch: SID}));
  t.false(holds(DOWN_SCHEMAS.snap, {ver: 1, i: -1, last: true, part: [], hash: HASH, sig: SIG}));
  t.false(holds(grantSchema, {...GRANT, points: ['A\u0000']}));
  t.false(holds(credentialSchema, {...CARD, uid: '0104f2a7b3'}));
});

test('a card without a secret has the field, empty', t => {
  const card = cardSchema.parse(CARD);
  t.true('secretHex' in card);
  t.is(card.secretHex, undefined);
});
