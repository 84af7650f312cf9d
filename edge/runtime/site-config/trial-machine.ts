import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {ConfigRefusal, ConfigRollback} from '../../../protocols/site/config-trials.js';
import type {
  ConfigFact,
  ConfigHistoryEntry,
  ConfigOffer,
  ConfigRecord,
  SiteFileRole,
  SiteSight,
  Trial,
} from './contract.js';

/** A new site file must hold so long. Source: requirements E15. */
export const TRIAL_MS: Millis = 60 * SECOND_MS;
/** More of the devices that answered before may not be gone. Source: requirements E15. */
const MOST_GONE_SHARE = 0.2;
/** By then every driver has missed what does not answer, and slow converters have let go of the old link. */
const SETTLE_MS: Millis = 30 * SECOND_MS;
/** A site that is never at rest for so long refuses the file. */
export const MOST_WAIT_MS: Millis = 10 * MINUTE_MS;
/** A trial that a power cut or a crash ended is continued once. */
const MOST_STARTS = 2;
/** Copies of files that were in force. */
const MOST_BACKUPS = 7;
const MOST_HISTORY = 20;
const MOST_NAMED = 20;

export interface TrialState {
  readonly record: ConfigRecord;
  /** Hash of the file in force. */
  readonly heldSha: string;
  /** When the phase of the trial began in this process; undefined while the daemon starts. */
  readonly sinceMs: Millis | undefined;
  /** The cloud has answered since the trial began. */
  readonly linkSeen: boolean;
  /** Devices that answered before the trial and do not now. */
  readonly gone: readonly string[];
}

export type TrialInput =
  /** The process starts; `stagedSha` of the file on trial, if there is one. */
  | {readonly kind: 'boot'; readonly stagedSha: string | undefined}
  /** Sound and on the disk unless there are problems; `notStored`: the disk would not take it. */
  | {
      readonly kind: 'offer';
      readonly offer: ConfigOffer;
      readonly problems: readonly string[];
      readonly notStored?: string;
    }
  /** The daemon has been started, or could not be. */
  | {readonly kind: 'started'; readonly problem: string | undefined}
  | {readonly kind: 'look'; readonly sight: SiteSight}
  /** It was at rest when the trial began, and then not for too long: the file never ran. */
  | {readonly kind: 'busy'}
  | {readonly kind: 'promoted'}
  | {readonly kind: 'notPromoted'; readonly why: string}
  /** A named person ends the trial. */
  | {readonly kind: 'rollback'; readonly by: string}
  | {readonly kind: 'told'};

export type TrialEffect =
  /** Start the daemon, anew if it runs, with this file. */
  | {readonly kind: 'run'; readonly file: SiteFileRole}
  /** Keep a copy of the file in force, then put the one on trial in its place. */
  | {readonly kind: 'promote'}
  /** Remove the file on trial. */
  | {readonly kind: 'discard'}
  /** Neither file runs. */
  | {readonly kind: 'giveUp'; readonly problem: string};

/** The record of `state` is on the disk before any effect is carried out. */
export interface TrialStep {
  readonly state: TrialState;
  readonly effects: readonly TrialEffect[];
}

export interface TrialTime {
  readonly nowMs: Millis;
  readonly wallMs: UnixMillis;
}

/**
 * One site file from its arrival to its end: received, checked, staged, on trial, in force or taken
 * back. At every moment a restart finds one of two whole files. @see requirements E15
 */
export function stepTrial(state: TrialState, input: TrialInput, time: TrialTime): TrialStep {
  switch (input.kind) {
    case 'boot':
      return onBoot(state, input.stagedSha, time);
    case 'offer':
      return onOffer(state, input, time);
    case 'started':
      return onStarted(state, input.problem, time);
    case 'look':
      return onLook(state, input.sight, time);
    case 'busy':
      return state.record.trial ? tooBusy(state, state.record.trial, time) : stay(state);
    case 'promoted':
      return onPromoted(state, time);
    case 'notPromoted':
      return rollBack(state, 'not_stored', input.why, time);
    case 'rollback':
      return state.record.trial ? rollBack(state, 'person', `by ${input.by}`, time) : stay(state);
    case 'told':
      return stay({...state, record: {...state.record, untold: []}});
  }
}

/** Two files are the same when their bytes are: under a newer version nothing is restarted. */
function onOffer(
  state: TrialState,
  {offer, problems, notStored}: Extract<TrialInput, {kind: 'offer'}>,
  time: TrialTime,
): TrialStep {
  const {record, heldSha} = state;
  const {sha, ver} = offer;
  if (ver > 0 && ver <= record.cloud.ver) return stay(state);
  if (record.trial) return record.trial.sha === sha ? adopt(state, record.trial, ver) : stay(state);
  if (sha === heldSha) return stay(withCloud(state, {ver, sha, state: 'applied', why: null}));
  if (offer.base.length > 0 && !offer.base.includes(heldSha)) {
    return refuse(state, offer, 'base', [`the site file in force is ${heldSha}`], time);
  }
  if (problems.length > 0) return refuse(state, offer, 'problems', problems, time);
  if (notStored !== undefined) return refuse(state, offer, 'not_stored', [notStored], time);
  const {by, removing} = offer;
  const trial: Trial = {
    ...{sha, ver, by, removing, previous: heldSha},
    ...{phase: 'staged', starts: 0, before: [], linkWasUp: false},
  };
  const noted = withCloud(state, {ver, sha, state: 'staged', why: null});
  return stay({...noted, record: {...noted.record, trial}, sinceMs: time.nowMs, gone: []});
}

/** The text that is on trial comes once more under a newer version: the trial goes on for that one. */
function adopt(state: TrialState, trial: Trial, ver: number): TrialStep {
  if (ver === 0) return stay(state);
  const phase = trial.phase === 'staged' ? 'staged' : 'trial';
  const noted = withCloud(state, {ver, sha: trial.sha, state: phase, why: null});
  return stay({...noted, record: {...noted.record, trial: {...trial, ver}}});
}

function onBoot(state: TrialState, stagedSha: string | undefined, time: TrialTime): TrialStep {
  const {record, heldSha} = state;
  const {trial} = record;
  if (!trial) {
    return {state, effects: [...(stagedSha ? [discard] : []), run('site')]};
  }
  // It was in force already when the power went, and only the record had not said so.
  if (trial.sha === heldSha) {
    return andThen(onPromoted(state, time), run('site'));
  }
  if (trial.sha !== stagedSha) {
    return onlyOnce(rollBack(state, 'not_stored', 'the file on trial is not there', time));
  }
  if (trial.phase === 'staged') return {state, effects: [run('site')]};
  if (trial.starts >= MOST_STARTS) {
    const detail = `${trial.starts} starts did not live to the end of the trial`;
    return onlyOnce(rollBack(state, 'interrupted', detail, time));
  }
  return {state: withTrial(state, {...trial, starts: trial.starts + 1}), effects: [run('trial')]};
}

function onStarted(state: TrialState, problem: string | undefined, time: TrialTime): TrialStep {
  const {trial} = state.record;
  if (problem === undefined) return stay({...state, sinceMs: time.nowMs, linkSeen: false});
  if (trial?.phase === 'running') return rollBack(state, 'start', problem, time);
  return {state, effects: [{kind: 'giveUp', problem}]};
}

function onLook(state: TrialState, sight: SiteSight, time: TrialTime): TrialStep {
  const {trial} = state.record;
  if (!trial || state.sinceMs === undefined) return stay(state);
  const elapsedMs = time.nowMs - state.sinceMs;
  return trial.phase === 'staged'
    ? whileStaged(state, trial, {sight, elapsedMs, time})
    : onTrial(state, trial, {sight, elapsedMs, time});
}

interface Look {
  readonly sight: SiteSight;
  readonly elapsedMs: Millis;
  readonly time: TrialTime;
}

function whileStaged(state: TrialState, trial: Trial, {sight, elapsedMs, time}: Look): TrialStep {
  // A site that has just started does not know yet who answers.
  if (sight.upMs < SETTLE_MS) return stay(state);
  if (sight.isBusy) {
    return elapsedMs < MOST_WAIT_MS ? stay(state) : tooBusy(state, trial, time);
  }
  const before = [...sight.health].filter(([, health]) => health === 'ok').map(([id]) => id);
  const linkWasUp = sight.isLinkUp === true;
  const running: Trial = {...trial, phase: 'running', starts: 1, before, linkWasUp};
  const noted = trial.ver === 0 ? state : withCloud(state, {...trial, state: 'trial', why: null});
  const started = {...withTrial(noted, running), sinceMs: undefined, linkSeen: false, gone: []};
  return {state: started, effects: [run('trial')]};
}

function tooBusy(state: TrialState, trial: Trial, time: TrialTime): TrialStep {
  const closed = withTrial(state, null);
  const problem = `the site was not at rest within ${MOST_WAIT_MS / MINUTE_MS} min`;
  return andThen(refuse(closed, {...trial, base: []}, 'busy', [problem], time), discard);
}

/**
 * Devices count from the moment on at which each had its chance to answer. The link to the cloud is
 * judged at the end, and only if it was up before: a site whose internet is down says nothing about the
 * file, but a gateway that a file has cut off can never be sent a better one. That a blink of the
 * internet may send a sound file back costs one more push; the other mistake costs a journey.
 */
function onTrial(state: TrialState, trial: Trial, {sight, elapsedMs, time}: Look): TrialStep {
  const gone = trial.before.filter(id => {
    const health = sight.health.get(id);
    return health === undefined ? !trial.removing : health !== 'ok';
  });
  const linkSeen = state.linkSeen || sight.isLinkUp === true;
  const seen: TrialState = {...state, linkSeen, gone};
  if (elapsedMs < SETTLE_MS) return stay(seen);
  if (gone.length > trial.before.length * MOST_GONE_SHARE) {
    const detail = `${gone.length} of ${trial.before.length} devices are gone`;
    return rollBack(seen, 'devices', detail, time);
  }
  if (elapsedMs < TRIAL_MS) return stay(seen);
  if (trial.linkWasUp && !linkSeen && sight.isLinkUp !== undefined) {
    return rollBack(seen, 'cloud', 'the cloud was reached before and is not now', time);
  }
  return {state: seen, effects: [{kind: 'promote'}]};
}

function onPromoted(state: TrialState, time: TrialTime): TrialStep {
  const {trial} = state.record;
  if (!trial) return stay(state);
  const {sha, ver, by, previous, before} = trial;
  const entry: Outcome = {sha, ver, by, result: 'applied', why: null, detail: ''};
  const body = {sha256: sha, version: ver, by, previous};
  const counts = {answered: before.length, gone: state.gone.length};
  const fact: ConfigFact = {kind: 'config.applied', body: {...body, ...counts}};
  const noted = noteCloud(state, trial, 'applied', null, []);
  const kept = noted.record.backups.filter(backup => backup !== previous);
  const backups = [...kept, previous].slice(-MOST_BACKUPS);
  const settled = {...noted, record: {...noted.record, trial: null, backups}, heldSha: sha};
  return stay(tell({...settled, sinceMs: undefined}, entry, fact, time));
}

function rollBack(
  state: TrialState,
  why: ConfigRollback,
  detail: string,
  time: TrialTime,
): TrialStep {
  const {trial} = state.record;
  if (!trial) return stay(state);
  const {sha, ver, by, before} = trial;
  const gone = why === 'devices' ? state.gone : [];
  const entry: Outcome = {sha, ver, by, result: 'rolled_back', why, detail};
  const counts = {answered: before.length, gone: gone.length, devices: gone.slice(0, MOST_NAMED)};
  const body = {...{sha256: sha, version: ver, by, why}, ...counts, detail};
  const noted = noteCloud(withTrial(state, null), trial, 'rolled_back', why, [detail]);
  const told = tell(noted, entry, {kind: 'config.rolled_back', body}, time);
  const closed = {...told, sinceMs: undefined, gone: []};
  const restart = trial.phase === 'running' ? [run('site')] : [];
  return {state: closed, effects: [discard, ...restart]};
}

function refuse(
  state: TrialState,
  {sha, ver, by}: ConfigOffer,
  why: ConfigRefusal,
  problems: readonly string[],
  time: TrialTime,
): TrialStep {
  const entry: Outcome = {sha, ver, by, result: 'refused', why, detail: problems[0] ?? ''};
  const shown = problems.slice(0, MOST_NAMED);
  const body = {sha256: sha, version: ver, by, why, problems: shown};
  const noted = noteCloud(state, {sha, ver}, 'refused', why, shown);
  return stay(tell({...noted, sinceMs: undefined}, entry, {kind: 'config.refused', body}, time));
}

type Outcome = Omit<ConfigHistoryEntry, 'wallMs'>;

function tell(state: TrialState, outcome: Outcome, fact: ConfigFact, {wallMs}: TrialTime) {
  const {record} = state;
  const history = [...record.history, {wallMs, ...outcome}].slice(-MOST_HISTORY);
  return {...state, record: {...record, history, untold: [...record.untold, fact]}};
}

type CloudNote = Pick<ConfigRecord['cloud'], 'ver' | 'sha' | 'state' | 'why'>;

function withCloud(state: TrialState, {ver, sha, state: became, why}: CloudNote): TrialState {
  return noteCloud(state, {ver, sha}, became, why, []);
}

/** Files that were applied on the spot are none of the cloud's versions. */
function noteCloud(
  state: TrialState,
  {ver, sha}: Pick<ConfigOffer, 'ver' | 'sha'>,
  became: CloudNote['state'],
  why: CloudNote['why'],
  problems: readonly string[],
): TrialState {
  if (ver === 0) return state;
  const cloud = {ver, sha, state: became, why, problems};
  return {...state, record: {...state.record, cloud}};
}

function withTrial(state: TrialState, trial: Trial | null): TrialState {
  return {...state, record: {...state.record, trial}};
}

const discard: TrialEffect = {kind: 'discard'};

function run(file: SiteFileRole): TrialEffect {
  return {kind: 'run', file};
}

function stay(state: TrialState): TrialStep {
  return {state, effects: []};
}

function andThen({state, effects}: TrialStep, more: TrialEffect): TrialStep {
  return {state, effects: [...effects, more]};
}

/** At the start of the process the file in force is run whatever the phase was. */
function onlyOnce({state, effects}: TrialStep): TrialStep {
  return {state, effects: [...effects.filter(({kind}) => kind !== 'run'), run('site')]};
}
