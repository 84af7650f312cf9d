import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {decodeOsdpFrame, encodeOsdpFrame, type OsdpFrame} from '../../protocols/osdp/frame.js';
import {encodeReply, type OsdpReply} from '../../protocols/osdp/replies.js';
import {LIVE_SESSION} from '../../protocols/osdp/vectors.js';
import {type SessionInput, stepSession} from './session-machine.js';
import {
  healthOf,
  newSession,
  type SessionEffect,
  type SessionPolicy,
  type SessionState,
} from './session-state.js';

const KEY = fromHex(LIVE_SESSION.scbk);
const policy: SessionPolicy = {
  address: LIVE_SESSION.address,
  requireSecure: true,
  install: false,
  receiveBytes: undefined,
  random: length => fromHex(LIVE_SESSION.randomA).slice(0, length),
};
const OUT = {kind: 'out', outputs: [{output: 1, control: 5, time100ms: 50}]} as const;

function frameOf(hex: string): OsdpFrame {
  const decoded = decodeOsdpFrame(fromHex(hex));
  if (decoded.kind !== 'frame') throw new Error(decoded.kind);
  return decoded.frame;
}

class Session {
  state: SessionState;
  readonly effects: SessionEffect[] = [];
  readonly #policy: SessionPolicy;
  atMs = 0;

  constructor(changes: Partial<SessionPolicy> = {}, keys: readonly Uint8Array[] = [KEY]) {
    this.#policy = {...policy, ...changes};
    this.state = newSession(keys, 0);
  }

  take(input: SessionInput): readonly SessionEffect[] {
    const {state, effects} = stepSession(this.state, this.#policy, input);
    this.state = state;
    this.effects.push(...effects);
    return effects;
  }

  turn(pending?: Parameters<typeof stepSession>[2] & {kind: 'turn'}): string | undefined {
    const effects = this.take(pending ?? {kind: 'turn', atMs: this.atMs, pending: undefined});
    const sent = effects.find(effect => effect.kind === 'send');
    return sent && toHex(sent.bytes);
  }

  ask(): string | undefined {
    return this.turn({kind: 'turn', atMs: this.atMs, pending: OUT});
  }

  hear(hex: string): readonly string[] {
    return this.take({kind: 'reply', atMs: this.atMs, frame: frameOf(hex)}).map(nameOf);
  }

  /** A reply in the clear to what is outstanding. */
  plain(reply: OsdpReply, sequence = this.state.outstanding?.sequence ?? 0): readonly string[] {
    const parts = {address: 5, direction: 'reply', check: 'crc', sequence} as const;
    return this.hear(toHex(encodeOsdpFrame({...parts, ...encodeReply(reply)})));
  }

  /** Play the recorded session up to `count` exchanges. */
  play(count: number): this {
    for (const [index, {reply}] of LIVE_SESSION.frames.slice(0, count).entries()) {
      if (index === 5) this.ask();
      else this.turn();
      this.hear(reply);
    }
    return this;
  }
}

function nameOf(effect: SessionEffect): string {
  switch (effect.kind) {
    case 'fault':
    case 'offline':
      return `${effect.kind} ${effect.why}`;
    case 'settled':
      return `settled ${effect.result}`;
    case 'event':
      return `event ${effect.reply.kind}`;
    case 'online':
      return effect.isSecure ? 'online secure' : 'online plain';
    default:
      return effect.kind;
  }
}

test('the recorded session: the access control unit says each command byte for byte', t => {
  const session = new Session();
  for (const [index, {command, reply}] of LIVE_SESSION.frames.entries()) {
    t.is(index === 5 ? session.ask() : session.turn(), command);
    session.hear(reply);
  }
  t.deepEqual(
    session.effects.map(nameOf).filter(name => name !== 'send'),
    // Its first poll brought a card: nobody knows how old that was.
    ['online secure', 'taken', 'settled done', 'stale'],
  );
  t.is(healthOf(session.state), 'ok');
});

test('a command without an answer is repeated bit by bit, with the same number', t => {
  const session = new Session().play(5);
  const first = session.ask();
  session.take({kind: 'timeout', atMs: 400});
  t.is(healthOf(session.state), 'suspect');
  t.is(session.turn(), first);
  t.deepEqual(session.hear(LIVE_SESSION.frames[5].reply), ['settled done']);
  t.is(session.turn(), LIVE_SESSION.frames[6].command);
});

test('BUSY: the same command again, the challenge too', t => {
  const session = new Session().play(2);
  const challenge = session.turn();
  t.deepEqual(session.plain({kind: 'busy'}, 0), []);
  t.is(session.turn(), challenge);
  session.hear(LIVE_SESSION.frames[2].reply);
  session.play(0).turn();
  session.hear(LIVE_SESSION.frames[3].reply);
  const poll = session.turn();
  t.deepEqual(session.plain({kind: 'busy'}, 0), []);
  t.is(session.turn(), poll);
});

test('a NAK of the sequence begins anew with ID at number 0', t => {
  const session = new Session().play(5);
  session.ask();
  t.deepEqual(session.plain({kind: 'nak', reason: 4}), ['settled unknown', 'fault sequence']);
  t.is(session.turn(), LIVE_SESSION.frames[0].command);
});

test('a NAK of the check repeats, a NAK of the command refuses it alone', t => {
  const session = new Session().play(5);
  const first = session.ask();
  t.deepEqual(session.plain({kind: 'nak', reason: 1}), []);
  t.is(session.turn(), first);
  t.deepEqual(session.plain({kind: 'nak', reason: 9}), ['settled refused']);
  t.is(session.state.phase, 'online');
});

const ack: OsdpReply = {kind: 'ack'};
const card: OsdpReply = {
  kind: 'raw',
  card: {reader: 0, format: 0, bits: 8, data: Uint8Array.of(1)},
};
const faults: readonly [name: string, reply: (session: Session) => readonly string[], string][] = [
  ['an ACK in the clear', session => session.plain(ack), 'fault plainReply'],
  ['a card in the clear', session => session.plain(card), 'fault plainReply'],
  ['a replayed reply', session => session.hear(replayed(session)), 'fault mac'],
  ['a forged MAC', session => session.hear(forged(session)), 'fault mac'],
  ['another number', session => session.plain(ack, 3), 'fault sequence'],
  [
    'a session that the reader lost',
    session => session.plain({kind: 'nak', reason: 6}),
    'fault sessionLost',
  ],
];

/** The reply to the poll before, with its own MAC, under the number that is due now. */
function replayed(session: Session): string {
  const old = frameOf(LIVE_SESSION.frames[4].reply);
  return toHex(encodeOsdpFrame({...old, sequence: sequenceOf(session)}, () => old.mac ?? old.data));
}

function forged(session: Session): string {
  const security = {type: 0x16, data: new Uint8Array(0)};
  const parts = {address: 5, direction: 'reply', check: 'crc', code: 0x40, security} as const;
  const frame = {...parts, sequence: sequenceOf(session), data: new Uint8Array(0)};
  return toHex(encodeOsdpFrame(frame, () => new Uint8Array(4)));
}

function sequenceOf({state}: Session): number {
  return state.outstanding?.sequence ?? 0;
}

for (const [name, reply, fault] of faults) {
  test(`${name} in a Secure Channel throws the keys away`, t => {
    const session = new Session().play(5);
    session.turn();
    t.deepEqual(reply(session), [fault]);
    t.is(session.state.channel, undefined);
    t.is(session.turn(), LIVE_SESSION.frames[0].command);
  });
}

test('a fault at once again waits 1, 2, 4 .. 30 s before it tries again', t => {
  const session = new Session();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 9; attempt += 1) {
    session.turn();
    session.plain({kind: 'nak', reason: 4});
    waits.push(session.state.tryFromMs - session.atMs);
    session.atMs = session.state.tryFromMs;
  }
  t.deepEqual(waits, [0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test('without a valid exchange for 8 s it is off-line, and comes back by ID', t => {
  const session = new Session().play(5);
  session.turn();
  session.take({kind: 'timeout', atMs: 7999});
  t.is(healthOf(session.state), 'suspect');
  const effects = session.take({kind: 'tick', atMs: 8000});
  t.deepEqual(effects.map(nameOf), ['offline silent', 'fault silent']);
  t.is(healthOf(session.state), 'offline');
  session.atMs = 8000;
  t.is(session.turn(), LIVE_SESSION.frames[0].command);
  t.deepEqual(session.take({kind: 'timeout', atMs: 8300}).map(nameOf), ['fault silent']);
  t.is(session.state.tryFromMs, 9300);
  session.atMs = 9299;
  t.is(session.turn(), undefined);
  session.atMs = 9300;
  session.play(4);
  t.is(healthOf(session.state), 'ok');
});

test('a reader with another key is off-line as long as the policy wants a Secure Channel', t => {
  const session = new Session({}, [KEY.map(byte => byte ^ 1)]);
  session.play(2);
  session.turn();
  t.deepEqual(session.hear(LIVE_SESSION.frames[2].reply), ['fault wrongKey', 'offline wrongKey']);
  t.true(session.state.tryFromMs > session.atMs);
});

test('of two keys the second is tried at once, and alone kept when it is the right one', t => {
  const session = new Session({}, [KEY.map(byte => byte ^ 1), KEY]);
  session.play(3);
  t.is(session.state.offlineWhy, undefined);
  session.play(4);
  t.is(healthOf(session.state), 'ok');
  t.deepEqual(session.state.keys, [KEY]);
});

test('without a key it is off-line, or works in the clear where the policy allows', t => {
  const strict = new Session({}, []).play(2);
  t.is(strict.turn(), undefined);
  t.is(strict.state.offlineWhy, 'noKey');
  const lax = new Session({requireSecure: false}, []).play(2);
  t.is(lax.turn(), toHex(fromHex('ff530508000660')) + lax.turn()?.slice(14));
  t.deepEqual(lax.plain(ack), []);
  lax.turn();
  t.deepEqual(lax.plain(card), ['event raw']);
});

test('cards and keys count once a poll was answered with nothing, and no longer after three misses', t => {
  const key: OsdpReply = {kind: 'keypad', reader: 0, keys: [0x31]};
  const status: OsdpReply = {kind: 'lstatr', status: {tamper: 1, power: 0}};
  const session = new Session({requireSecure: false}, []).play(2);
  const poll = (reply: OsdpReply) => {
    session.turn();
    return session.plain(reply);
  };
  t.deepEqual(poll(card), []);
  t.deepEqual(poll(status), ['event lstatr']);
  t.deepEqual(poll(key), []);
  session.ask();
  t.deepEqual(session.plain(ack), ['settled done']);
  // An answer to a command says nothing of what waits.
  t.deepEqual(poll(card), []);
  t.deepEqual(poll(ack), ['stale']);
  t.is(session.effects.find(effect => effect.kind === 'stale')?.reports, 3);
  t.deepEqual(poll(key), ['event keypad']);
  const misses = (count: number) => {
    session.turn();
    for (let no = 0; no < count; no += 1) session.take({kind: 'timeout', atMs: 0});
  };
  misses(2);
  t.deepEqual(poll(card), ['event raw']);
  misses(3);
  t.deepEqual(poll(card), []);
  t.deepEqual(poll(ack), ['stale']);
  t.deepEqual(poll(card), ['event raw']);
});

test('a reader that knows no Secure Channel is off-line, or works in the clear where the policy allows', t => {
  for (const reason of [3, 5]) {
    const strict = new Session().play(2);
    strict.turn();
    t.deepEqual(strict.plain({kind: 'nak', reason}), ['fault notSecure', 'offline notSecure']);
    const lax = new Session({requireSecure: false}).play(2);
    lax.turn();
    t.deepEqual(lax.plain({kind: 'nak', reason}), ['online plain']);
    lax.turn();
    t.deepEqual(lax.plain(ack), []);
    lax.turn();
    t.deepEqual(lax.hear(forged(lax)), ['fault protocol']);
  }
});

test('capabilities and ACURXSIZE may be refused, an ID may not', t => {
  const session = new Session({receiveBytes: 256});
  session.turn();
  session.hear(LIVE_SESSION.frames[0].reply);
  session.turn();
  session.plain({kind: 'nak', reason: 3});
  t.is(session.state.phase, 'size');
  t.true(session.turn()?.includes('7b0001'));
  session.plain({kind: 'nak', reason: 3});
  t.is(session.state.phase, 'chlng');
  const other = new Session();
  other.turn();
  t.deepEqual(other.plain({kind: 'nak', reason: 3}), ['fault protocol']);
  other.turn();
  t.deepEqual(other.plain(ack), ['fault protocol']);
});

test('a Secure Channel is made anew every day', t => {
  const session = new Session().play(5);
  session.atMs = 86_400_000 - 100;
  session.state = {...session.state, lastValidMs: session.atMs, lastOnlineMs: session.atMs};
  t.not(session.turn(), LIVE_SESSION.frames[0].command);
  session.state = {...session.state, outstanding: undefined};
  session.atMs += 100;
  t.is(session.turn(), LIVE_SESSION.frames[0].command);
  t.is(healthOf(session.state), 'suspect');
});

test('a tick while an attempt is on the wire does not end it, however long the reader was silent', t => {
  const session = new Session().play(4);
  session.atMs += 10_000;
  session.take({kind: 'timeout', atMs: session.atMs});
  t.is(session.state.phase, 'offline');
  session.atMs = session.state.tryFromMs;
  session.turn();
  t.is(session.state.phase, 'id');
  session.atMs += 1;
  session.take({kind: 'tick', atMs: session.atMs});
  t.is(session.state.phase, 'id');
  t.is(session.state.outstanding?.command.kind, 'id');
  session.atMs += 300;
  session.take({kind: 'timeout', atMs: session.atMs});
  t.is(session.state.phase, 'offline', 'its own timeout ends it');
});
