import test from 'ava';
import type {CardAssurance} from '../../../drivers/collector/contract.js';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {CardCredential, Grant} from '../../../protocols/site/grant.js';
import {asId, type CredentialId, type GrantId, type HolderId} from '../../../protocols/site/ids.js';
import type {LotContext} from '../lot/contract.js';
import {bayId, cardUid, collectorId, rigConfig, sureTime} from '../lot/rig-config.js';
import {parkCard} from '../policies/park-card.js';
import {type Verification, verifyShown} from './verify.js';

const NOW = 1_000_000_000 as UnixMillis;
const UID = cardUid('01');
const at = (ms: number) => (NOW + ms) as UnixMillis;

const CARD: CardCredential = {
  kind: 'card',
  id: asId<CredentialId>('cred'),
  holder: asId<HolderId>('h'),
  uid: UID,
  secretHex: undefined,
  state: 'active',
  rev: 1,
};
const GRANT: Grant = {
  id: asId<GrantId>('g'),
  number: '1',
  kind: 'park',
  holder: asId<HolderId>('h'),
  holderMask: '陈**',
  credentials: [CARD.id],
  points: [bayId('A-012')],
  validFrom: at(-1000),
  validUntil: at(3_600_000),
  weekly: [],
  entries: 'multi',
  state: 'active',
  rev: 1,
  leaseUntil: at(86_400_000),
};

interface World {
  readonly card?: Partial<CardCredential> | null;
  readonly grants?: readonly Partial<Grant>[];
  readonly revoked?: readonly string[];
  readonly used?: boolean;
  readonly canUseUp?: boolean;
  readonly openStay?: boolean;
  readonly proof?: boolean;
  /** Did its sector open? */
  readonly sector?: boolean;
  readonly demandsProof?: boolean;
  readonly window?: (at: UnixMillis) => boolean;
  /** Does the policy take cards at all? */
  readonly takesCards?: boolean;
}

function verify(world: World): Verification {
  const card = world.card === null ? undefined : {...CARD, ...world.card};
  const grants = (world.grants ?? [{}]).map(part => ({...GRANT, ...part}));
  const context: LotContext = {
    nowMs: 0,
    wallMs: NOW,
    newId: () => 'id',
    sense: () => ({raw: 'vacant', polledMs: 0}),
    proofHolds: () => world.proof === true,
    rotationHolds: () => true,
    inWindow: (_grant, when) => world.window?.(when) ?? true,
    timeOfDay: () => sureTime(NOW),
    grants: {
      cardByUid: () => card,
      codeByDigest: () => undefined,
      qrsOf: () => [],
      grantByNumber: () => undefined,
      isSpent: () => false,
      grantById: id => grants.find(grant => grant.id === id),
      grantsOf: () => grants,
      grantsOfPlate: () => [],
      grantsAt: () => [],
      isRevoked: id => world.revoked?.includes(id) === true,
      isUsed: () => world.used === true,
      ageMs: () => 0,
    },
  };
  const [config] = rigConfig().collectors;
  const collector = {
    id: collectorId('C1'),
    profile: 'parkCard' as const,
    zone: config?.zone ?? '',
    arrow: '',
    minCardSecurity: world.demandsProof ? ('proof' as const) : ('uid' as const),
  };
  const kinds = world.takesCards === false ? (['qr'] as const) : (['card'] as const);
  const policy = {...parkCard, credentialKinds: new Set(kinds)};
  const shown = {uid: UID, assurance: assuranceOf(world), userInfo: '', requestNo: 1, atMs: 0};
  return verifyShown(
    {
      ...{config: rigConfig(), context, policy, canUseUp: () => world.canUseUp !== false},
      hasOpenStay: () => world.openStay === true,
    },
    collector,
    {kind: 'card', uid: UID, card: shown},
  );
}

function assuranceOf({proof, sector}: World): CardAssurance {
  if (sector !== undefined) return {kind: 'sector', isGenuine: sector};
  if (proof === undefined) return {kind: 'uid'};
  return {kind: 'proof', nonce: new Uint8Array(8), proof: new Uint8Array(16)};
}

const SECRET = {secretHex: '00'.repeat(16)};

/** `*` = the reason is retried. */
const TABLE: readonly (readonly [string, World, string])[] = [
  ['a good grant', {}, 'granted'],
  ['an unknown card', {card: null}, 'NOT_FOUND*'],
  ['a card where only tokens serve', {takesCards: false}, 'NOT_FOUND'],
  ['a card without grants', {grants: []}, 'NOT_FOUND*'],
  ['a grant of another profile', {grants: [{kind: 'shower'}]}, 'NOT_FOUND*'],
  ['a grant still being paid', {grants: [{state: 'offered'}]}, 'NOT_FOUND*'],
  ['a revoked card', {revoked: ['cred']}, 'REVOKED'],
  ['a card in state revoked', {card: {state: 'revoked'}}, 'REVOKED'],
  ['a suspended card', {card: {state: 'suspended'}}, 'BLOCKED'],
  ['a consumed card', {card: {state: 'consumed'}}, 'ALREADY_USED'],
  ['a revoked grant', {revoked: ['g']}, 'REVOKED'],
  ['a grant in state revoked', {grants: [{state: 'revoked'}]}, 'REVOKED'],
  ['a suspended grant', {grants: [{state: 'suspended'}]}, 'BLOCKED'],
  ['an ended grant', {grants: [{state: 'ended'}]}, 'EXPIRED'],
  ['a grant at its end', {grants: [{validUntil: NOW}]}, 'EXPIRED'],
  ['a grant past its lease', {grants: [{leaseUntil: at(-1)}]}, 'NEEDS_GUARD'],
  ['a grant that starts tomorrow', {grants: [{validFrom: at(86_400_000)}]}, 'NOT_YET_VALID'],
  ['a grant that starts in 5 s', {grants: [{validFrom: at(5000)}]}, 'NOT_YET_VALID*'],
  ['a grant outside its hours', {window: () => false}, 'NOT_YET_VALID'],
  ['hours that begin in 3 s', {window: when => when >= at(3000)}, 'NOT_YET_VALID*'],
  ['a used one-entry grant', {used: true, grants: [{entries: 'one'}]}, 'ALREADY_USED'],
  [
    'a used one whose stay is open',
    {used: true, openStay: true, grants: [{entries: 'one'}]},
    'granted',
  ],
  ['many entries are never used up', {used: true}, 'granted'],
  ['a good proof', {card: SECRET, proof: true, demandsProof: true}, 'granted'],
  ['a wrong proof', {card: SECRET, proof: false}, 'CLONE_SUSPECT*'],
  [
    'a wrong proof of a revoked card',
    {card: SECRET, proof: false, revoked: ['cred']},
    'CLONE_SUSPECT*',
  ],
  ['a sector that opened, where proof is demanded', {sector: true, demandsProof: true}, 'granted'],
  ['a sector that stayed shut, where a number is enough', {sector: false}, 'CLONE_SUSPECT*'],
  [
    'a sector that stayed shut, of a revoked card',
    {sector: false, revoked: ['cred']},
    'CLONE_SUSPECT*',
  ],
  ['a bare number where proof is demanded', {card: SECRET, demandsProof: true}, 'NEEDS_GUARD'],
  ['a bare number where it is enough', {card: SECRET}, 'granted'],
  ['a card that has no secret to prove', {proof: true, demandsProof: true}, 'NEEDS_GUARD'],
  [
    'an old expired grant beside one that starts soon',
    {
      grants: [
        {id: asId<GrantId>('old'), validUntil: at(-9)},
        {validFrom: at(2000), validUntil: at(9000)},
      ],
    },
    'NOT_YET_VALID*',
  ],
  [
    'of two finals the one that lasts longer tells',
    {grants: [{id: asId<GrantId>('old'), validUntil: at(-9)}, {state: 'suspended'}]},
    'BLOCKED',
  ],
];

for (const [name, world, expected] of TABLE) {
  test(`${name}: ${expected}`, t => {
    const got = verify(world);
    const told = got.kind === 'granted' ? 'granted' : got.reason + (got.retried ? '*' : '');
    t.is(told, expected);
  });
}

test('only a doubtful card is not told why', t => {
  const genuine = (world: World) => {
    const got = verify(world);
    return got.kind === 'refused' && got.genuine;
  };
  t.false(genuine({card: SECRET, proof: false}));
  t.false(genuine({sector: false}));
  t.false(genuine({card: null}));
  t.true(genuine({grants: [{state: 'ended'}]}));
});
