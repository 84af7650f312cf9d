import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import {
  decodeExchange,
  decodeFirmware,
  decodeTargets,
  hasSectors,
  MIFARE_BLOCK_BYTES,
  type PassiveTarget,
  PN532_STATUS,
} from '../../protocols/pn532/commands.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import type {CardProof, CardReadError, CardSeen} from '../card-reader/contract.js';
import {
  EMPTY_FIELD,
  FIELD_GONE_MS,
  type FieldInput,
  type FieldState,
  stepField,
} from '../card-reader/field-machine.js';
import {userInfoOf} from './user-info.js';

/** Distance of two searches. Source: device notes 4.1; a card is told within two of them. */
const SEARCH_PERIOD_MS: Millis = 150;
/** Blocks of a sector that hold data. */
const DATA_BLOCKS = 3;
/** Chip code of a PN532 in its firmware reply. @see UM0701-02, 7.2.2 */
const PN532_CHIP = 0x32;
/** A card at the edge of the field fails as a wrong key does: only the second refusal counts. `assumed:` */
const REFUSALS = 2;
/** Searches in which a card moved while its sector was read, before the tenant is told. */
const MISSES = 3;

/** What the next frame is for. */
export type Pn532Phase =
  /** Wake the serial interface and configure it: after power-up, and after every silence. */
  | {readonly kind: 'asleep'}
  | {readonly kind: 'version'}
  | {readonly kind: 'retries'}
  | {readonly kind: 'search'}
  | {readonly kind: 'open'; readonly card: PassiveTarget}
  | {readonly kind: 'read'; readonly card: PassiveTarget; readonly blocks: readonly Uint8Array[]};

/** Attempts on the sector of one card. */
interface Trial {
  readonly uid: string;
  readonly refusals: number;
  readonly misses: number;
}

export interface Pn532State {
  readonly phase: Pn532Phase;
  readonly field: FieldState;
  /** When a search last found a card. */
  readonly seenMs: Millis;
  readonly trial: Trial | undefined;
  readonly link: 'unknown' | 'up' | 'down';
  /** What a person was told of, once. */
  readonly troubled: boolean;
}

export type Pn532Input =
  | {readonly kind: 'reply'; readonly data: Uint8Array; readonly atMs: Millis}
  | {readonly kind: 'refused'; readonly atMs: Millis}
  /** No reply, or never sent. */
  | {readonly kind: 'lost'}
  /** The line has given the reader up. */
  | {readonly kind: 'offline'; readonly atMs: Millis};

export type Pn532Effect =
  | {readonly kind: 'card'; readonly card: CardSeen}
  | {readonly kind: 'gone'; readonly uid: CardUid; readonly atMs: Millis}
  | {readonly kind: 'error'; readonly error: CardReadError; readonly atMs: Millis}
  | {readonly kind: 'link'; readonly up: boolean}
  | {readonly kind: 'trouble'; readonly code: string; readonly text: string};

export interface Pn532Step {
  readonly state: Pn532State;
  readonly effects: readonly Pn532Effect[];
}

export const NEW_PN532: Pn532State = {
  phase: {kind: 'asleep'},
  field: EMPTY_FIELD,
  seenMs: Number.NEGATIVE_INFINITY,
  trial: undefined,
  link: 'unknown',
  troubled: false,
};

/** Shortest distance of two frames now: a card in hand is read without pause. */
export function pn532PeriodMs({phase}: Pn532State): Millis {
  return phase.kind === 'asleep' || phase.kind === 'search' ? SEARCH_PERIOD_MS : 0;
}

/**
 * Next state of a PN532 and the cards in its field. `opens`: cards with sectors are asked for theirs.
 * Source: device notes 4.1; requirements P11, E42, E43, E44.
 */
export function stepPn532(state: Pn532State, input: Pn532Input, opens: boolean): Pn532Step {
  switch (input.kind) {
    case 'reply':
      return stepReply(state, input.data, input.atMs, opens);
    case 'refused':
      return troubled(asleep(state), 'device/failed', 'the reader does not know a command');
    case 'lost':
      return {state: asleep(state), effects: []};
    case 'offline': {
      const step = intoField(asleep(state), {kind: 'silence', atMs: input.atMs});
      return linked(step, 'down');
    }
    default:
      return unreachable(input, 'pn532 input');
  }
}

function stepReply(state: Pn532State, data: Uint8Array, atMs: Millis, opens: boolean): Pn532Step {
  const {phase} = state;
  switch (phase.kind) {
    case 'asleep':
      return {state: {...state, phase: {kind: 'version'}}, effects: []};
    case 'version': {
      const next: Pn532State = {...state, phase: {kind: 'retries'}};
      if (decodeFirmware(data)?.chip === PN532_CHIP) return {state: next, effects: []};
      return troubled(next, 'device/profile-misfit', 'the reader is no PN532');
    }
    case 'retries':
      return {state: searching(state), effects: []};
    case 'search':
      return linked(stepSearch(state, data, atMs, opens), 'up');
    case 'open':
      return stepOpen(state, phase.card, data, atMs);
    case 'read':
      return stepRead(state, phase, data, atMs);
    default:
      return unreachable(phase, 'pn532 phase');
  }
}

function stepSearch(state: Pn532State, data: Uint8Array, atMs: Millis, opens: boolean): Pn532Step {
  const targets = decodeTargets(data);
  if (!targets) return {state, effects: []};
  const [card, second] = targets;
  if (!card) {
    // A card on its way out is lost and found again: only lasting absence is gone.
    if (atMs - state.seenMs < FIELD_GONE_MS) return {state, effects: []};
    return intoField({...state, trial: undefined}, {kind: 'silence', atMs});
  }
  const seen: Pn532State = {...state, seenMs: atMs};
  if (second) return intoField(seen, {kind: 'several', atMs});
  if (!opens || state.field.kind !== 'empty') return told(seen, card, atMs, undefined);
  if (!hasSectors(card)) return told(seen, card, atMs, {kind: 'keyless'});
  return {state: {...seen, phase: {kind: 'open', card}}, effects: []};
}

function stepOpen(
  state: Pn532State,
  card: PassiveTarget,
  data: Uint8Array,
  atMs: Millis,
): Pn532Step {
  const status = decodeExchange(data)?.status;
  if (status === PN532_STATUS.ok) {
    return {state: {...state, phase: {kind: 'read', card, blocks: []}}, effects: []};
  }
  if (status !== PN532_STATUS.authError) return missed(state, card, atMs);
  const trial = trialOf(state, card);
  const refusals = trial.refusals + 1;
  if (refusals >= REFUSALS) return told(searching(state), card, atMs, {kind: 'refused'});
  return {state: {...searching(state), trial: {...trial, refusals}}, effects: []};
}

function stepRead(
  state: Pn532State,
  {card, blocks}: Extract<Pn532Phase, {kind: 'read'}>,
  data: Uint8Array,
  atMs: Millis,
): Pn532Step {
  const reply = decodeExchange(data);
  if (reply?.status !== PN532_STATUS.ok || reply.data.length !== MIFARE_BLOCK_BYTES) {
    return missed(state, card, atMs);
  }
  const all = [...blocks, reply.data];
  if (all.length < DATA_BLOCKS) {
    return {state: {...state, phase: {kind: 'read', card, blocks: all}}, effects: []};
  }
  const proof: CardProof = {kind: 'opened', userInfo: userInfoOf(all)};
  return told(searching({...state, seenMs: atMs}), card, atMs, proof);
}

/** The card moved. It is read again at the next search; at last its holder is asked to hold it still. */
function missed(state: Pn532State, card: PassiveTarget, atMs: Millis): Pn532Step {
  const trial = trialOf(state, card);
  const misses = trial.misses + 1;
  if (misses < MISSES) {
    return {state: {...searching(state), trial: {...trial, misses}}, effects: []};
  }
  return intoField({...searching(state), trial: undefined}, {kind: 'garbled', atMs});
}

function trialOf({trial}: Pn532State, {uid}: PassiveTarget): Trial {
  return trial?.uid === uid ? trial : {uid, refusals: 0, misses: 0};
}

function told(
  state: Pn532State,
  card: PassiveTarget,
  atMs: Millis,
  proof: CardProof | undefined,
): Pn532Step {
  const uid = asId<CardUid>(card.uid);
  return intoField({...state, trial: undefined}, {kind: 'read', uid, atMs}, proof);
}

function intoField(state: Pn532State, input: FieldInput, proof?: CardProof): Pn532Step {
  const {state: field, effects} = stepField(state.field, input);
  const told: Pn532Effect[] = [];
  for (const effect of effects) {
    if (effect.kind === 'listen') continue;
    if (effect.kind !== 'card') {
      told.push(effect);
      continue;
    }
    const {uid, atMs} = effect;
    told.push({kind: 'card', card: {uid, atMs, ...(proof && {proof})}});
  }
  return {state: {...state, field}, effects: told};
}

function linked({state, effects}: Pn532Step, link: 'up' | 'down'): Pn532Step {
  if (state.link === link) return {state, effects};
  const news: Pn532Effect = {kind: 'link', up: link === 'up'};
  const order = link === 'up' ? [news, ...effects] : [...effects, news];
  return {state: {...state, link}, effects: order};
}

function troubled(state: Pn532State, code: string, text: string): Pn532Step {
  if (state.troubled) return {state, effects: []};
  return {state: {...state, troubled: true}, effects: [{kind: 'trouble', code, text}]};
}

function asleep(state: Pn532State): Pn532State {
  return {...state, phase: {kind: 'asleep'}};
}

function searching(state: Pn532State): Pn532State {
  return {...state, phase: {kind: 'search'}};
}
