import {generateKeyPairSync} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import {type Cloud, type CloudOptions, startCloud} from '../../cloud-sync/api/server.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {StoreError} from '../../protocols/base/errors.js';
import {HOUR_MS} from '../../protocols/base/units.js';
import {bayOf, fillLot, firstHour, memberOf, SITE} from '../bench/api-lot.js';

const MEMBERS = 8;
const ROUNDS = 4;
const PRICE_FEN = 600;
const KEY = 'race-key';
const SILENT = {debug() {}, info() {}, warn() {}, error() {}};

interface Order {
  readonly id: string;
  readonly code?: string;
  readonly holder?: string;
}

/**
 * Eight members want one bay for one hour at one instant, over the HTTP interfaces of two API workers on one
 * database; hour after hour. Each time one has it and pays, seven are told BAY_TAKEN and pay nothing.
 */
export async function raceForBay(t: ExecutionContext, database: string): Promise<void> {
  await fillLot(database, MEMBERS);
  const clock = new SystemClock();
  const {privateKey: signingKey} = generateKeyPairSync('ed25519');
  const start = async () => {
    const worker = await startPatiently(clock, {
      ...{clock, entropy: new SystemEntropy(clock), log: SILENT, database},
      ...{signingKey, apiKey: KEY},
    });
    t.teardown(() => worker.close());
    return worker;
  };
  const workers = [await start(), await start()] as const;
  const firstMs = firstHour(clock.wallMs());
  const wins = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const fromMs = firstMs + round * HOUR_MS;
    const asked = Array.from({length: MEMBERS}, (_, n) =>
      book(workers[n % 2] as Cloud, clock, {holder: memberOf(n), fromMs, once: `r${round}-${n}`}),
    );
    const answers = await Promise.all(asked);
    const won = answers.filter(({status}) => status === 201);
    t.is(won.length, 1, `round ${round}`);
    const others = answers.filter(({status}) => status !== 201);
    t.deepEqual(
      others.map(({status, body}) => [status, body.code]),
      others.map(() => [409, 'bay_taken']),
    );
    const holder = won[0]?.body.holder ?? '';
    wins.set(holder, (wins.get(holder) ?? 0) + 1);
  }
  await assertBooks(t, database, wins);
}

/** The first worker may have the file of SQLite while the second opens it. */
async function startPatiently(clock: SystemClock, options: CloudOptions): Promise<Cloud> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startCloud(options);
    } catch (error) {
      if (!(error instanceof StoreError) || tries === 20) throw error;
      await clock.sleep(20);
    }
  }
}

/** One slot, order, hold and grant for each hour, and money held of nobody else. */
async function assertBooks(
  t: ExecutionContext,
  database: string,
  wins: ReadonlyMap<string, number>,
): Promise<void> {
  const store = await CloudStore.open(database);
  t.teardown(() => store.close());
  for (const table of ['bay_slot', 'order_row', 'ledger_hold', 'access_grant'] as const) {
    const rows = await store.read(db => db.selectFrom(table).selectAll().execute());
    t.is(rows.length, ROUNDS, table);
  }
  const balances = await store.read(db => db.selectFrom('ledger_balance').selectAll().execute());
  for (let n = 0; n < MEMBERS; n += 1) {
    const held = balances.find(({account}) => account === `member:${memberOf(n)}`)?.held_fen;
    t.is(held, (wins.get(memberOf(n)) ?? 0) * PRICE_FEN);
  }
}

async function book(
  worker: Cloud,
  clock: SystemClock,
  {holder, fromMs, once}: {readonly holder: string; readonly fromMs: number; readonly once: string},
): Promise<{readonly status: number; readonly body: Order}> {
  const hours = {fromMs, untilMs: fromMs + HOUR_MS};
  const body = JSON.stringify({site: SITE, point: bayOf(0), holder, plate: '粤B12345', ...hours});
  for (;;) {
    const headers = {
      ...{authorization: `Bearer ${KEY}`, 'content-type': 'application/json'},
      'idempotency-key': once,
    };
    const asked = new Request('http://cloud/v1/bookings', {method: 'POST', headers, body});
    const answer = await worker.fetch(asked);
    const said = (await answer.json()) as Order;
    // The other worker had the file of SQLite; the same key asks for the same thing.
    if (answer.status !== 503) return {status: answer.status, body: said};
    await clock.sleep(5);
  }
}
