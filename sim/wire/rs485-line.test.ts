import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Entropy, Millis} from '../../protocols/base/clock.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import type {LineDevice, Transmission} from './line-device.js';
import {RecordingEnd} from './recording-end.js';
import {Rs485Line, type Rs485LineOptions} from './rs485-line.js';

/** 9600 8N1: ten bits a character. */
const CHAR_MS = 10 / 9.6;
const SILENCE_MS = 3.5 * CHAR_MS;
/** Waveshare manual, devices.md 3.5. */
const READ_RELAYS = '0101000000083dcc';

/** Answers everything it hears, and keeps it. */
class Parrot implements LineDevice {
  readonly heard: {readonly atMs: Millis; readonly hex: string}[] = [];
  readonly unit: number;
  readonly #replies: readonly Transmission[];

  constructor(unit: number, replyHex: string, afterMs = 2) {
    this.unit = unit;
    this.#replies = replyHex ? [{afterMs, bytes: fromHex(replyHex)}] : [];
  }

  receive(frame: Uint8Array, atMs: Millis): readonly Transmission[] {
    this.heard.push({atMs, hex: toHex(frame)});
    return this.#replies;
  }
}

const entropy: Entropy = {
  bytes: length => new Uint8Array(length).fill(0xa5),
  fraction: () => 0.5,
  ulid: () => '',
};

function build(options: Partial<Rs485LineOptions> = {}, ...devices: LineDevice[]) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const far = new RecordingEnd(clock);
  const line = new Rs485Line({clock, entropy, farEnd: far, baudRate: 9600, ...options});
  line.attach(...devices);
  return {clock, far, line};
}

function near(actual: number | undefined, expected: number): boolean {
  return actual !== undefined && Math.abs(actual - expected) < 0.001;
}

test('devices hear a burst after its wire time and t3.5, the master hears the reply at its last bit', async t => {
  const device = new Parrot(1, '010101005188', 2);
  const {clock, far, line} = build({}, device);
  far.write(fromHex(READ_RELAYS));
  await clock.advance(8 * CHAR_MS + SILENCE_MS - 0.01);
  t.deepEqual(device.heard, []);
  await clock.advance(100);
  const heardMs = 8 * CHAR_MS + SILENCE_MS;
  t.is(device.heard[0]?.hex, READ_RELAYS);
  t.true(near(device.heard[0]?.atMs, heardMs));
  t.deepEqual(far.sentHex, ['010101005188']);
  t.true(near(far.sent[0]?.atMs, heardMs + 2 + 6 * CHAR_MS));
  t.deepEqual(
    line.log.entries.map(entry => [entry.direction, toHex(entry.bytes)]),
    [
      ['toDevices', READ_RELAYS],
      ['toMaster', '010101005188'],
    ],
  );
  t.true(near(line.log.framesTo(1)[0]?.atMs, 0));
  t.deepEqual(line.log.framesTo(2), []);
  clock.assertIdle();
});

test('a frame that comes in pieces is one frame as long as it does not rest', async t => {
  const device = new Parrot(1, '');
  const {clock, far, line} = build({}, device);
  far.write(fromHex('010100'));
  await clock.advance(CHAR_MS);
  far.write(fromHex('0000083dcc'));
  await clock.advance(100);
  t.deepEqual(
    device.heard.map(heard => heard.hex),
    [READ_RELAYS],
  );
  t.is(line.gapViolations, 0);
});

test('a rest between t1.5 and t3.5 inside a frame is counted as torn', async t => {
  const {clock, far, line} = build();
  far.write(fromHex('010100'));
  await clock.advance(3 * CHAR_MS + 2 * CHAR_MS);
  far.write(fromHex('0000083dcc'));
  await clock.advance(100);
  t.is(line.gapViolations, 1);
});

test('a request sooner than t3.5 after a reply is counted, one at t3.5 is not', async t => {
  const replyEndMs = 8 * CHAR_MS + SILENCE_MS + 2 + 6 * CHAR_MS;
  for (const [gapMs, violations] of [
    [SILENCE_MS - 0.01, 1],
    [SILENCE_MS, 0],
  ] as const) {
    const {clock, far, line} = build({}, new Parrot(1, '010101005188'));
    far.write(fromHex(READ_RELAYS));
    await clock.advance(replyEndMs + gapMs);
    t.is(far.sent.length, 1);
    far.write(fromHex(READ_RELAYS));
    await clock.advance(100);
    t.is(line.gapViolations, violations);
    t.is(far.sent.length, 2);
  }
});

test('two frames parted by t3.5 are two frames', async t => {
  const device = new Parrot(1, '');
  const {clock, far, line} = build({}, device);
  far.write(fromHex(READ_RELAYS));
  await clock.advance(8 * CHAR_MS + SILENCE_MS);
  far.write(fromHex(READ_RELAYS));
  await clock.advance(100);
  t.is(device.heard.length, 2);
  t.is(line.gapViolations, 0);
});

test('with pacing by bytes a reply comes 16 bytes at a time, each at its own moment', async t => {
  const reply = ['00'.repeat(16), 'ff'.repeat(16), 'aabb'].join('');
  const {clock, far} = build({pacing: 'bytes'}, new Parrot(1, reply, 0));
  far.write(fromHex(READ_RELAYS));
  await clock.advance(200);
  const startMs = 8 * CHAR_MS + SILENCE_MS;
  t.deepEqual(far.sentHex, ['00'.repeat(16), 'ff'.repeat(16), 'aabb']);
  t.true(near(far.sent[0]?.atMs, startMs + 16 * CHAR_MS));
  t.true(near(far.sent[1]?.atMs, startMs + 32 * CHAR_MS));
  t.true(near(far.sent[2]?.atMs, startMs + 34 * CHAR_MS));
});

test('above 19200 baud the silence is 1.75 ms, and 11 bits make a character longer', async t => {
  const fast = new Parrot(1, '');
  const {clock, far} = build({baudRate: 115_200}, fast);
  far.write(fromHex(READ_RELAYS));
  await clock.advance(10);
  t.true(near(fast.heard[0]?.atMs, (8 * 10) / 115.2 + 1.75));

  const parity = new Parrot(1, '');
  const other = build({bitsPerCharacter: 11}, parity);
  other.far.write(fromHex(READ_RELAYS));
  await other.clock.advance(100);
  t.true(near(parity.heard[0]?.atMs, (8 + 3.5) * (11 / 9.6)));
});

test('waits go through waitUntil when the line shall be precise', async t => {
  const device = new Parrot(1, '010101005188');
  const {clock, far} = build({precise: true}, device);
  far.write(fromHex(READ_RELAYS));
  t.deepEqual(clock.pending, ['waitUntil']);
  await clock.advance(100);
  t.deepEqual(far.sentHex, ['010101005188']);
});

test('two devices that answer at once spoil each other, and identical answers survive', async t => {
  const {clock, far, line} = build({}, new Parrot(1, '0f0f'), new Parrot(1, '3333'));
  far.write(fromHex(READ_RELAYS));
  await clock.advance(100);
  t.deepEqual(far.sentHex, ['0303', '0303']);
  t.is(line.collisions, 1);

  const twins = build({}, new Parrot(1, '0f0f'), new Parrot(1, '0f0f'));
  twins.far.write(fromHex(READ_RELAYS));
  await twins.clock.advance(100);
  t.deepEqual(twins.far.sentHex, ['0f0f', '0f0f']);
});

test('a request into a late reply reaches nobody, and the reply is spoilt where they met', async t => {
  const device = new Parrot(1, 'ff'.repeat(10));
  const {clock, far, line} = build({}, device);
  line.faults.setUnit(1, {lateMs: 50});
  far.write(fromHex(READ_RELAYS));
  const replyMs = 8 * CHAR_MS + SILENCE_MS + 52;
  await clock.advance(replyMs + 4 * CHAR_MS);
  far.write(fromHex('00000000'));
  await clock.advance(200);
  t.is(device.heard.length, 1);
  t.deepEqual(far.sentHex, ['ffffffff00000000ffff']);
  t.is(line.collisions, 1);
  t.is(line.gapViolations, 0);
});

test('an echoing adapter returns every master byte before the reply', async t => {
  const {clock, far, line} = build({}, new Parrot(1, '010101005188'));
  line.faults.set({echo: true});
  far.write(fromHex(READ_RELAYS));
  await clock.advance(100);
  t.deepEqual(far.sentHex, [READ_RELAYS, '010101005188']);
  t.true(near(far.sent[0]?.atMs, 8 * CHAR_MS));
});

test('a stuck line passes nothing either way until it is cleared', async t => {
  const device = new Parrot(1, '010101005188');
  const {clock, far, line} = build({}, device);
  line.faults.set({stuck: true});
  far.write(fromHex(READ_RELAYS));
  line.inject(Uint8Array.of(1));
  await clock.advance(100);
  t.deepEqual([device.heard.length, far.sent.length], [0, 0]);
  line.faults.clear();
  far.write(fromHex(READ_RELAYS));
  await clock.advance(100);
  t.deepEqual([device.heard.length, far.sent.length], [1, 1]);
});

test('injected bytes and duplicate replies reach the master at wire speed', async t => {
  const {clock, far, line} = build({}, new Parrot(1, 'aa'));
  line.inject(fromHex('deadbeef'), 10);
  await clock.advance(50);
  t.true(near(far.sent[0]?.atMs, 10 + 4 * CHAR_MS));
  line.faults.setUnit(1, {duplicateReply: true});
  far.write(fromHex(READ_RELAYS));
  await clock.advance(100);
  t.deepEqual(far.sentHex, ['deadbeef', 'aa', 'aa']);
});

test('an unplugged line loses what is on the way; a detached device is silent; the log is bounded', async t => {
  const device = new Parrot(1, 'aa');
  const {clock, far, line} = build({logLimit: 4}, device);
  far.write(fromHex(READ_RELAYS));
  line.unplug();
  await clock.advance(100);
  t.deepEqual(far.sentHex, []);
  line.replug();
  for (let round = 0; round < 10; round += 1) {
    far.write(fromHex(READ_RELAYS));
    await clock.advance(100);
  }
  t.is(far.sent.length, 10);
  t.is(line.log.entries.length, 4);
  line.detach(device);
  line.log.clear();
  far.write(fromHex(READ_RELAYS));
  await clock.advance(100);
  t.is(far.sent.length, 10);
  t.is(line.log.entries.length, 1);
});

test('a closed line leaves no timer behind', async t => {
  const {clock, far, line} = build({}, new Parrot(1, 'aa', 50));
  far.write(fromHex(READ_RELAYS));
  await clock.advance(20);
  far.write(fromHex(READ_RELAYS));
  line.close();
  clock.assertIdle();
  t.deepEqual(far.sentHex, []);
});
