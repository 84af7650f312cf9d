import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {SecretBox} from '../../edge/store/secret-box.js';
import {equalBytes, fromHex, toHex} from '../../protocols/base/bytes.js';
import {chainHash} from '../../protocols/cloud/chain.js';
import {type GrantStateRow, hashOfState} from '../../protocols/cloud/grant-state.js';
import type {CardCredential, Grant} from '../../protocols/site/grant.js';
import {ONE_ENTRY} from '../scenarios/crash/crash-lines.js';
import {framesAreStored} from '../scenarios/crash/frame-trails.js';
import {type JournalRow, OrderTrails} from '../scenarios/crash/order-trails.js';
import {StayTrails} from '../scenarios/crash/stay-trails.js';
import {DATABASE, SECRET_KEY_HEX} from './crash-park.js';
import {idsOf} from './good-once.js';
import type {Note} from './notes.js';
import {showerGrants, showersAgree} from './shower-trails.js';

/** What an oracle found on a disk. */
export interface DiskFindings {
  /** Empty: everything that was promised is there, and nothing twice. */
  readonly problems: readonly string[];
  /** The part of `problems` that says only: something promised is not there. */
  readonly missing: readonly string[];
  /** No database, or one that SQLite itself finds broken. */
  readonly isBroken: boolean;
  readonly head: number;
  readonly epoch: string;
  /** Events deleted from the bottom. */
  readonly pruned: number;
  /** Orders to an arm that had not come to their end. */
  readonly underway: number;
  /** One-entry grants that are used up for good: somebody drove in and out on them. */
  readonly spent: readonly string[];
  /** Tokens and codes, by grant, whose use is stored. */
  readonly usedOnce: readonly string[];
  /** How many orders each boot found interrupted, oldest first. */
  readonly boots: readonly number[];
  /** Bays whose arm was lowered since the last boot because something stopped it on its way up. */
  readonly letGo: readonly string[];
  /** What became of each card, token and code that was shown since the last boot: `ALLOW`, or `DENY` and why. */
  readonly answers: readonly string[];
}

interface Meta {
  readonly epoch: Uint8Array;
  readonly base_seq: number;
  readonly base_hash: Uint8Array;
  readonly acked: number;
  readonly grants_version: number;
  readonly grants_hash: string;
}

interface Stored {
  readonly meta: Meta;
  readonly rows: readonly JournalRow[];
  /** JSON text of each event by number. */
  readonly bodies: ReadonlyMap<number, string>;
}

/**
 * Judges the database in `folder` as a disk held it after a cut. Knows nothing of the gateway but its
 * tables, and of its past only `notes`: those taken at or before the cut.
 */
export function judgeDisk(folder: string, notes: readonly Note[]): DiskFindings {
  const path = join(folder, DATABASE);
  if (!existsSync(path)) return broken('there is no database');
  const database = new Database(path);
  try {
    const sound = database.pragma('integrity_check', {simple: true});
    if (sound !== 'ok') return broken(`integrity: ${sound}`);
    return judge(database, folder, notes);
  } catch (thrown) {
    return broken(`unreadable: ${thrown}`);
  } finally {
    database.close();
  }
}

function broken(problem: string): DiskFindings {
  const nothing = {
    head: 0,
    epoch: '',
    pruned: 0,
    underway: 0,
    spent: [],
    usedOnce: [],
    boots: [],
    answers: [],
    letGo: [],
  };
  return {...nothing, problems: [problem], missing: [], isBroken: true};
}

function judge(database: Database.Database, folder: string, notes: readonly Note[]): DiskFindings {
  const problems: string[] = [];
  const stored = readJournal(database, problems);
  const {meta} = stored;
  const rows = [...confirmedAndGone(meta, notes), ...stored.rows];
  const orders = new OrderTrails();
  // What a stay costs over a power cut is for the tests of the clock.
  const stays = new StayTrails(Number.POSITIVE_INFINITY);
  problems.push(...orders.take(rows), ...stays.take(rows));
  const used = pluck<string>(database, 'SELECT "grant" FROM grant_use ORDER BY 1');
  const showers = showerGrants(rows);
  const spent = new Set(pluck<string>(database, 'SELECT jti FROM used'));
  const issued = notes.flatMap(note => (note.kind === 'issued' ? [note] : []));
  problems.push(
    ...tablesAgree(database, orders, stays),
    ...stays.compareUses(
      used.filter(grant => !showers.has(grant)),
      orders.grantsUnderway(),
    ),
    ...showersAgree(used, showers),
    ...usedTwice(rows),
    ...onceOnly(rows, issued, spent),
    ...grantsAgree(database, meta),
    ...copyAgrees(folder, meta),
  );
  const heard = notes.flatMap(note => (note.kind === 'frame' ? [note] : []));
  const missing = [...notedIsThere(stored, notes), ...framesAreStored(rows, heard)];
  return {
    problems: [...problems, ...missing],
    missing,
    isBroken: false,
    head: meta.base_seq + stored.bodies.size,
    epoch: toHex(meta.epoch),
    pruned: meta.base_seq,
    underway: orders.underway(),
    spent: spentGrants(rows),
    usedOnce: issued.flatMap(({grant, use}) => (spent.has(use) ? [grant] : [])),
    boots: rows.flatMap(row => (row.kind === 'boot' ? [row.body.interrupted] : [])),
    answers: answersOf(rows),
    letGo: letGoOf(rows),
  };
}

/** All rows, in one unbroken chain. */
function readJournal(database: Database.Database, problems: string[]): Stored {
  const meta = database.prepare('SELECT * FROM meta').get() as Meta;
  const raw = database.prepare('SELECT seq, kind, wall, body, h FROM ev ORDER BY seq').all() as {
    readonly seq: number;
    readonly kind: string;
    readonly wall: number;
    readonly body: string;
    readonly h: Uint8Array;
  }[];
  let hash: Uint8Array = meta.base_hash;
  let last = meta.base_seq;
  const rows: JournalRow[] = [];
  for (const {seq, kind, wall, body, h} of raw) {
    if (seq !== last + 1) problems.push(`event ${seq} follows ${last}`);
    hash = chainHash(new Uint8Array(hash), seq, body);
    if (!equalBytes(hash, new Uint8Array(h))) problems.push(`the chain breaks at ${seq}`);
    last = seq;
    rows.push({seq, wallMs: wall, kind, body: JSON.parse(body)} as unknown as JournalRow);
  }
  if (last < meta.acked) problems.push(`${meta.acked} events confirmed, ${last} held`);
  if (meta.base_seq > meta.acked) {
    problems.push(`deleted up to ${meta.base_seq}, confirmed up to ${meta.acked}`);
  }
  return {meta, rows, bodies: new Map(raw.map(({seq, body}) => [seq, body]))};
}

/** Events that the gateway deleted once the cloud had them, as the cloud gives them out. */
function confirmedAndGone(meta: Meta, notes: readonly Note[]): readonly JournalRow[] {
  return notes.flatMap(note => {
    if (note.kind !== 'event' || note.seq > meta.base_seq) return [];
    const {seq, event, body} = note;
    return [{seq, wallMs: 0, kind: event, body: JSON.parse(body)} as unknown as JournalRow];
  });
}

/** What the cloud, a person or the wire was told before the cut rests on something that is there. */
function notedIsThere({meta, bodies}: Stored, notes: readonly Note[]): readonly string[] {
  const problems: string[] = [];
  const epoch = toHex(meta.epoch);
  const gone = notes.flatMap(note => (note.kind === 'event' ? [note.body] : []));
  // What the cloud has confirmed may have been deleted to make room.
  const all = [...bodies.values(), ...(meta.base_seq > 0 ? gone : [])].join('\n');
  for (const note of notes) {
    if (note.kind === 'event') {
      const body = bodies.get(note.seq);
      if (note.epoch !== epoch) problems.push(`epoch ${epoch} after ${note.epoch}`);
      else if (note.seq > meta.base_seq && body !== note.body) {
        problems.push(`event ${note.seq}, confirmed by the cloud, is ${body ?? 'lost'}`);
      }
    } else if (note.kind === 'told' && !all.includes(note.marker)) {
      problems.push(`told ${note.marker}, which is lost`);
    } else if (note.kind === 'grants' && note.version > meta.grants_version) {
      problems.push(`grants ${note.version} reported, ${meta.grants_version} held`);
    }
  }
  return problems;
}

/** Attempts since the last boot, each by its last decision. */
function answersOf(rows: readonly JournalRow[]): readonly string[] {
  const answers = new Map<string, string>();
  for (const {kind, body} of rows.slice(rows.findLastIndex(row => row.kind === 'boot') + 1)) {
    if (kind !== 'decision') continue;
    answers.set(body.attempt, body.reason === null ? body.result : `${body.result} ${body.reason}`);
  }
  return [...answers.values()];
}

function letGoOf(rows: readonly JournalRow[]): readonly string[] {
  const since = rows.slice(rows.findLastIndex(row => row.kind === 'boot') + 1);
  return since.flatMap(({kind, body}) =>
    kind === 'actuation' && body.cause.kind === 'safety' ? [body.bay] : [],
  );
}

function spentGrants(rows: readonly JournalRow[]): readonly string[] {
  return rows.flatMap(row => {
    if (row.kind !== 'session' || row.body.phase !== 'closed') return [];
    const {grant, closeCause} = row.body;
    return grant?.startsWith(ONE_ENTRY) && closeCause !== 'never_entered' ? [grant] : [];
  });
}

/** A grant for one entry let in one car, however often its card was shown and the power failed. */
function usedTwice(rows: readonly JournalRow[]): readonly string[] {
  const entries = new Map<string, Set<string>>();
  for (const row of rows) {
    if (row.kind !== 'session' || !row.body.grant?.startsWith(ONE_ENTRY)) continue;
    const {grant, session, closeCause} = row.body;
    const stays = entries.get(grant) ?? new Set();
    // A right of entry that nobody took is given back.
    if (closeCause === 'never_entered') stays.delete(session);
    else stays.add(session);
    entries.set(grant, stays);
  }
  return [...entries].flatMap(([grant, stays]) =>
    stays.size > 1 ? [`${grant} let in ${stays.size} times`] : [],
  );
}

/** A token or code that is good once was allowed at most once, and its use stands beside that decision. */
function onceOnly(
  rows: readonly JournalRow[],
  issued: readonly {readonly grant: string; readonly use: string}[],
  spent: ReadonlySet<string>,
): readonly string[] {
  const allowed = new Map<string, number>();
  for (const {kind, body} of rows) {
    if (kind !== 'decision' || body.result !== 'ALLOW' || body.grant === null) continue;
    allowed.set(body.grant, (allowed.get(body.grant) ?? 0) + 1);
  }
  return issued.flatMap(({grant, use}) => {
    const times = idsOf(grant).reduce((sum, id) => sum + (allowed.get(id) ?? 0), 0);
    if (times > 1) return [`${grant} was allowed ${times} times`];
    if ((times === 1) === spent.has(use)) return [];
    return [`${grant} was allowed ${times} times, and its use is ${times ? 'not ' : ''}stored`];
  });
}

function tablesAgree(
  database: Database.Database,
  orders: OrderTrails,
  stays: StayTrails,
): readonly string[] {
  const bodies = (table: string) => pluck<string>(database, `SELECT body FROM ${table}`);
  const open = (table: string) =>
    pluck<string>(database, `SELECT id FROM ${table} WHERE is_open = 1 ORDER BY id`);
  return [
    ...orders.compare(bodies('actuation'), open('actuation')),
    ...stays.compare(bodies('session'), open('session')),
  ];
}

/** The rows of the grants are those of one version, whole. */
function grantsAgree(database: Database.Database, meta: Meta): readonly string[] {
  const clock = new SystemClock();
  const box = new SecretBox(fromHex(SECRET_KEY_HEX), new SystemEntropy(clock));
  const grants = pluck<string>(database, 'SELECT body FROM "grant"').map(
    (body): GrantStateRow => ({table: 'grant', row: JSON.parse(body) as Grant}),
  );
  const cards = database.prepare('SELECT body, secret FROM credential').all() as {
    readonly body: string;
    readonly secret: Uint8Array | null;
  }[];
  const credentials = cards.map(({body, secret}): GrantStateRow => {
    const open = JSON.parse(body) as Omit<CardCredential, 'secretHex'>;
    const secretHex = secret === null ? undefined : toHex(box.open(secret, open.id));
    return {table: 'credential', row: {...open, secretHex}};
  });
  const hash = hashOfState([...grants, ...credentials]);
  return hash === meta.grants_hash
    ? []
    : [`the rows of the grants are not those of version ${meta.grants_version}`];
}

/** The epoch stands twice. */
function copyAgrees(folder: string, meta: Meta): readonly string[] {
  const path = join(folder, `${DATABASE}.epoch`);
  const copy = existsSync(path) ? readFileSync(path, 'latin1').split('\n')[0] : 'absent';
  const wanted = `latchkey epoch ${toHex(meta.epoch)}`;
  return copy === wanted ? [] : [`second copy of the epoch: ${copy}, not ${wanted}`];
}

function pluck<Value>(database: Database.Database, sql: string): readonly Value[] {
  return database.prepare(sql).pluck().all() as Value[];
}
