import test from 'ava';
import fc from 'fast-check';
import {concatBytes} from '../../protocols/base/bytes.js';
import {StoreError} from '../../protocols/base/errors.js';
import {sealFrame} from '../../protocols/collector/sealed-frame.js';
import {encodeUp, type UpMessage} from '../../protocols/collector/up-message.js';
import {asId, type CardUid, type CollectorId} from '../../protocols/site/ids.js';
import type {CounterStore} from './contract.js';
import {SealedChannel} from './sealed-channel.js';

const KEY = new Uint8Array(32).fill(7);
const CARD: UpMessage = {
  kind: 'card',
  requestNo: 1,
  card: {uid: asId<CardUid>('04A1B2C3'), assurance: {kind: 'uid'}, userInfo: ''},
};
const BEAT: UpMessage = {kind: 'heartbeat', uptimeS: 9};

class MemoryCounter implements CounterStore {
  below = 0n;
  broken = false;
  leapCount = 0;
  readonly writes: bigint[] = [];

  load(): bigint {
    return this.below;
  }

  leaps(): number {
    return this.leapCount;
  }

  reserve(below: bigint): void {
    if (this.broken) throw new StoreError('store/full', 'disk full');
    this.below = below;
    this.writes.push(below);
  }
}

const counterOf = (frame: Uint8Array = new Uint8Array(16)) =>
  new DataView(frame.buffer, frame.byteOffset).getBigUint64(8);

function setup() {
  const outgoing = new MemoryCounter();
  const incoming = new MemoryCounter();
  const troubles: string[] = [];
  const start = () =>
    new SealedChannel({
      collector: asId<CollectorId>('C2'),
      key: KEY,
      outgoing,
      incoming,
      onTrouble: (code, text) => troubles.push(`${code} ${text}`),
    });
  return {outgoing, incoming, troubles, start};
}

function up(message: UpMessage, counter: bigint, collector = 'C2'): Uint8Array {
  return sealFrame({key: KEY, collector, direction: 'up'}, counter, encodeUp(message));
}

test('~P12 a replayed frame is REPLAY, one flipped bit is BAD_MAC, neither is a message', t => {
  const channel = setup().start();
  const frame = up(CARD, 0n);
  t.deepEqual(channel.receive(frame), [{kind: 'message', message: CARD}]);
  t.deepEqual(channel.receive(frame), [{kind: 'fault', fault: 'REPLAY'}]);
  const flipped = up(CARD, 1n);
  flipped[25] = (flipped[25] ?? 0) ^ 0x10;
  t.deepEqual(channel.receive(flipped), [{kind: 'fault', fault: 'BAD_MAC'}]);
  t.deepEqual(channel.receive(up(CARD, 1n)), [{kind: 'message', message: CARD}]);
});

test('a frame of another collector or our own thrown back is BAD_MAC', t => {
  const channel = setup().start();
  t.deepEqual(channel.receive(up(CARD, 0n, 'C3')), [{kind: 'fault', fault: 'BAD_MAC'}]);
  const own = channel.seal({kind: 'heartbeat'});
  t.deepEqual(channel.receive(own ?? new Uint8Array()), [{kind: 'fault', fault: 'BAD_MAC'}]);
});

test('a restart takes no old card again, not even the very first', t => {
  const {start, incoming} = setup();
  const cards = [up(CARD, 0n), up(CARD, 1n)];
  t.is(start().receive(concatBytes(...cards)).length, 2);
  t.deepEqual(incoming.writes, [1n, 2n]);
  const later = start();
  for (const card of cards) {
    t.deepEqual(later.receive(card), [{kind: 'fault', fault: 'REPLAY'}]);
  }
  t.is(later.receive(up(CARD, 2n))[0]?.kind, 'message');
});

test('a heartbeat costs no write', t => {
  const {start, incoming} = setup();
  t.deepEqual(start().receive(up(BEAT, 5n)), [{kind: 'message', message: BEAT}]);
  t.deepEqual(incoming.writes, []);
});

test('counters are stored before use, 1000 at a time, and never used again', t => {
  const {start, outgoing} = setup();
  const channel = start();
  const first = channel.seal({kind: 'heartbeat'});
  t.deepEqual(outgoing.writes, [1000n]);
  for (let frame = 1; frame < 1000; frame += 1) channel.seal({kind: 'heartbeat'});
  t.deepEqual(outgoing.writes, [1000n]);
  t.is(counterOf(first), 0n);
  t.is(counterOf(start().seal({kind: 'heartbeat'})), 1000n);
});

test('a disk that refuses: nothing is sealed, nothing taken, and it is told', t => {
  const {start, outgoing, incoming, troubles} = setup();
  const channel = start();
  outgoing.broken = true;
  incoming.broken = true;
  t.is(channel.seal({kind: 'heartbeat'}), undefined);
  t.deepEqual(channel.receive(up(CARD, 0n)), []);
  t.deepEqual(troubles, Array(2).fill('store/full C2: disk full [store/full]'));
  incoming.broken = false;
  t.is(channel.receive(up(CARD, 0n))[0]?.kind, 'message', 'the collector may send it again');
});

test('an error that is no error of the disk is not swallowed', t => {
  const {start, outgoing} = setup();
  outgoing.reserve = () => {
    throw new TypeError('bug');
  };
  t.throws(() => start().seal({kind: 'heartbeat'}), {instanceOf: TypeError});
});

test('genuine frames without meaning prove life; damage inside is told', t => {
  const {start, troubles} = setup();
  const channel = start();
  const seal = (counter: bigint, ...plaintext: number[]) =>
    sealFrame({key: KEY, collector: 'C2', direction: 'up'}, counter, Uint8Array.from(plaintext));
  t.deepEqual(channel.receive(seal(0n, 99)), [{kind: 'genuine'}]);
  t.deepEqual(troubles, []);
  t.deepEqual(channel.receive(seal(1n, 1, 9)), [{kind: 'genuine'}]);
  t.is(troubles.length, 1);
  t.true(troubles[0]?.startsWith('collector/malformed C2: '));
});

test('frames are found however the bytes are cut and whatever noise is between them', t => {
  const noise = fc.uint8Array({maxLength: 60});
  const property = fc.property(
    noise,
    noise,
    fc.integer({min: 1, max: 40}),
    (before, between, cut) => {
      const channel = setup().start();
      const frames = [up(CARD, 1n), up(BEAT, 2n), up(CARD, 3n)];
      const [first, second, third] = frames;
      const stream = concatBytes(
        before,
        first ?? before,
        between,
        second ?? before,
        third ?? before,
      );
      let messages = 0;
      for (let at = 0; at < stream.length; at += cut) {
        const arrivals = channel.receive(stream.subarray(at, at + cut));
        messages += arrivals.filter(({kind}) => kind === 'message').length;
      }
      return messages === 3 && channel.discardedBytes === before.length + between.length;
    },
  );
  t.notThrows(() => fc.assert(property));
});

test('1 MB of garbage is counted and forgotten; half a frame dies with the link', t => {
  const channel = setup().start();
  const garbage = new Uint8Array(1_048_576).map((_, index) => (index * 37) & 0xff);
  for (let at = 0; at < garbage.length; at += 4096) {
    channel.receive(garbage.subarray(at, at + 4096));
  }
  t.true(channel.discardedBytes >= garbage.length - 600);
  const frame = up(CARD, 0n);
  channel.receive(frame.subarray(0, 30));
  channel.interrupt();
  t.deepEqual(channel.receive(frame.subarray(30)), []);
  t.is(channel.receive(frame).length, 1);
});

test('counters that were skipped while the link is up are not used, and none while they cannot be read', t => {
  const {outgoing, troubles, start} = setup();
  const channel = start();
  t.is(counterOf(channel.seal({kind: 'heartbeat'})), 0n);
  outgoing.below += 2n ** 32n;
  outgoing.leapCount += 1;
  const {load} = outgoing;
  outgoing.load = () => {
    throw new StoreError('store/io', 'gone');
  };
  t.is(channel.seal({kind: 'heartbeat'}), undefined);
  t.is(troubles.length, 1);
  outgoing.load = load;
  t.is(counterOf(channel.seal({kind: 'heartbeat'})), 1000n + 2n ** 32n);
  t.is(counterOf(channel.seal({kind: 'heartbeat'})), 1001n + 2n ** 32n);
});
