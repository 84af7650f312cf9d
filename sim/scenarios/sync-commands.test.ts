import {generateKeyPairSync} from 'node:crypto';
import test from 'ava';
import {rawDeflate} from '../../cloud-sync/raw-deflate.js';
import {ACT_TTL_CAPS_MS, type ActKind} from '../../protocols/cloud/down-messages.js';
import {decodePayload, encodePayload} from '../../protocols/cloud/payload.js';
import {signPayload} from '../../protocols/cloud/signing.js';
import {UP_SCHEMAS} from '../../protocols/cloud/up-messages.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';

// Thousands of copies on their way give the connection more turns than it needs.
const TURNS = 5;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const COMMANDS = 10_000;
const EVERY_MS = 250;
const DOORS = ['A-001', 'A-002', 'A-003', 'A-004', 'A-005', 'A-006', 'A-007'];
const TEN_YEARS_MS = 3_652 * 24 * 3_600_000;
const TOPIC = 'v1/demo/gw-1/d/cmd';

interface Issued {
  readonly id: string;
  readonly kind: ActKind;
  readonly ttl: number;
  readonly sid: string;
  readonly door: string;
  readonly n: number;
  /** When the cloud made it, by the time of the test, which no clock of either end can move. */
  readonly atMs: number;
}

const signingKey = generateKeyPairSync('ed25519').privateKey;

/** The session of the newest hello. */
function sessionOf(rig: CloudRig): string {
  const hello = rig.transport.seenUp.findLast(message => message.topic.endsWith('/u/hello'));
  const decoded = hello && decodePayload(hello.payload, UP_SCHEMAS.hello, rawDeflate);
  return decoded?.ok ? decoded.value.sid : '';
}

/** 10,000 commands of the cloud to one gateway, and what the network makes of each. */
class Storm {
  readonly ran = new Map<string, number>();
  readonly late: string[] = [];
  readonly foreign: string[] = [];
  readonly superseded: string[] = [];
  copies = 0;
  inFlight = 0;
  issued = 0;
  readonly #rig: CloudRig;
  readonly #newest = new Map<string, number>();

  constructor(rig: CloudRig) {
    this.#rig = rig;
  }

  issue(): void {
    const {clock, entropy} = this.#rig;
    this.issued += 1;
    const kind: ActKind = entropy.fraction() < 0.8 ? 'open' : 'valve';
    const act: Issued = {
      id: `c-${this.issued}`,
      kind,
      ttl: 1 + Math.floor(entropy.fraction() * 60_000),
      sid: sessionOf(this.#rig),
      door: DOORS[this.issued % DOORS.length] ?? '',
      n: this.issued,
      atMs: clock.nowMs(),
    };
    // What the cloud knows of the gateway's clock is as old as the way up was long.
    const ref = Math.max(0, clock.nowMs() - entropy.fraction() * 300);
    const {id, ttl, sid, door, n} = act;
    const message = signPayload(TOPIC, {id, sid, ref, ttl, kind, door, n, by: 'wang'}, signingKey);
    const payload = encodePayload(message, rawDeflate) ?? new Uint8Array();
    const copies = 1 + Math.floor(entropy.fraction() * 2);
    for (let copy = 0; copy < copies; copy += 1) this.#sendCopy(act, payload);
  }

  /** Most are quick, some come after their time, some after hours; so later ones overtake them. */
  #sendCopy(act: Issued, payload: Uint8Array): void {
    const {clock, entropy} = this.#rig;
    const spread = entropy.fraction();
    const longestMs = spread < 0.6 ? 1500 : spread < 0.9 ? 30_000 : 3_600_000;
    this.copies += 1;
    this.inFlight += 1;
    clock.timer('a copy arrives', entropy.fraction() * longestMs, () => {
      this.inFlight -= 1;
      this.#deliver(act, payload);
    });
  }

  #deliver(act: Issued, payload: Uint8Array): void {
    const {opened, transport, clock} = this.#rig;
    const sid = sessionOf(this.#rig);
    const before = opened.length;
    transport.playDown({topic: TOPIC, payload});
    if (opened.length === before) return;
    this.ran.set(act.id, (this.ran.get(act.id) ?? 0) + opened.length - before);
    const limitMs = Math.min(act.ttl, ACT_TTL_CAPS_MS[act.kind]);
    if (clock.nowMs() - act.atMs > limitMs) this.late.push(act.id);
    if (act.sid !== sid) this.foreign.push(act.id);
    const door = `${sid} ${act.door}`;
    if (act.n < (this.#newest.get(door) ?? 0)) this.superseded.push(act.id);
    this.#newest.set(door, act.n);
  }
}

test('G8 of 10,000 commands delayed, doubled and reordered over new sessions, restarts and clocks 10 years off, none runs late and none twice', async t => {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const rig = await CloudRig.open({clock, signingKey, inMemory: true});
  t.teardown(() => rig.close());
  await rig.connect();
  const storm = new Storm(rig);
  while (storm.issued < COMMANDS) {
    storm.issue();
    await clock.advance(EVERY_MS);
    if (storm.issued % 300 === 0) rig.transport.drop();
    if (storm.issued % 700 === 0) clock.stepWall((rig.entropy.fraction() * 2 - 1) * TEN_YEARS_MS);
    if (storm.issued % 2500 === 0) {
      rig.restartEdge();
      rig.uplink.start();
    }
  }
  await clock.until(() => storm.inFlight === 0, 2 * 3_600_000);
  t.deepEqual(storm.late, []);
  t.deepEqual(storm.foreign, []);
  t.deepEqual(storm.superseded, []);
  t.deepEqual(
    [...storm.ran.values()].filter(times => times > 1),
    [],
  );
  t.log(`${storm.copies} copies of ${COMMANDS} commands, ${storm.ran.size} ran`);
  // A gateway that refuses everything would keep the promise too.
  t.true(storm.ran.size > COMMANDS / 3, `${storm.ran.size} ran`);
  t.is(rig.opened.length, storm.ran.size);
});
