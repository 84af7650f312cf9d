import test from 'ava';
import {concatBytes, fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {encodeCommand, type OsdpCommand} from '../../protocols/osdp/commands.js';
import {
  decodeOsdpFrame,
  encodeOsdpFrame,
  type OsdpFrame,
  withMark,
} from '../../protocols/osdp/frame.js';
import {decodeReply, NAK} from '../../protocols/osdp/replies.js';
import {LIVE_SESSION} from '../../protocols/osdp/vectors.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {OsdpReader, type OsdpReaderOptions} from './osdp-reader.js';
import {REFERENCE_CAPABILITIES} from './osdp-reader-body.js';

const entropy: Entropy = {
  bytes: () => fromHex(LIVE_SESSION.randomB),
  fraction: () => 0.5,
  ulid: () => '',
};

/** The text row of the recorded reader is a single one. */
const recorded = REFERENCE_CAPABILITIES.map(entry =>
  entry.feature === 6 ? {...entry, compliance: 1} : entry,
);

function build(options: Partial<OsdpReaderOptions> = {}) {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  const {address, scbk} = LIVE_SESSION;
  const key = fromHex(scbk);
  const reader = new OsdpReader({
    ...{clock, entropy, address, key, capabilities: recorded},
    ...options,
  });
  const hear = (bytes: Uint8Array) => {
    const [reply] = reader.receive(bytes, clock.nowMs());
    return reply && toHex(reply.bytes);
  };
  let sequence = 0;
  /** A command in the clear, and the reply. */
  const ask = (command: OsdpCommand, sqn = sequence) => {
    sequence = (sqn % 3) + 1;
    const parts = {address: reader.address, direction: 'command', sequence: sqn} as const;
    const bytes = encodeOsdpFrame({...parts, check: 'crc', ...encodeCommand(command)});
    const answer = hear(bytes);
    if (answer === undefined) return undefined;
    const decoded = decodeOsdpFrame(fromHex(answer));
    return decoded.kind === 'frame' ? meaning(decoded.frame) : decoded.kind;
  };
  return {clock, reader, hear, ask};
}

function meaning(frame: OsdpFrame) {
  const reply = decodeReply(frame.code, frame.data);
  return reply?.kind === 'nak' ? `nak ${reply.reason}` : reply?.kind;
}

/** Play the recorded session up to `count` commands. */
function play({hear}: ReturnType<typeof build>, count: number): readonly (string | undefined)[] {
  return LIVE_SESSION.frames.slice(0, count).map(({command}) => hear(fromHex(command)));
}

test('the recorded session: the reader answers each command byte for byte', t => {
  const rig = build();
  rig.reader.presentCard(LIVE_SESSION.cardBits, fromHex(LIVE_SESSION.cardData), 1);
  const replies = play(rig, 7);
  t.deepEqual(
    replies,
    LIVE_SESSION.frames.map(({reply}) => reply),
  );
  t.true(rig.reader.body.output(1));
  t.true(rig.reader.channel.isOpen);
});

test('a repeated command gets the same reply and does nothing twice', t => {
  const rig = build();
  rig.reader.presentCard(LIVE_SESSION.cardBits, fromHex(LIVE_SESSION.cardData), 1);
  play(rig, 5);
  const poll = fromHex(LIVE_SESSION.frames[4].command);
  t.is(rig.hear(poll), LIVE_SESSION.frames[4].reply);
  t.is(rig.reader.body.waiting, 0);
  t.is(rig.hear(fromHex(LIVE_SESSION.frames[5].command)), LIVE_SESSION.frames[5].reply);
});

test('a frame with a wrong MAC or without a session is answered with NAK 6', t => {
  const rig = build();
  play(rig, 4);
  const forged = encodeOsdpFrame(
    {
      ...{address: 5, direction: 'command', sequence: 1, check: 'crc', code: 0x60},
      ...{security: {type: 0x15, data: new Uint8Array(0)}, data: new Uint8Array(0)},
    },
    () => new Uint8Array(4),
  );
  t.is(meaningOf(rig.hear(forged)), `nak ${NAK.securityNeeded}`);
  t.false(rig.reader.channel.isOpen);
  t.is(meaningOf(rig.hear(fromHex(LIVE_SESSION.frames[4].command))), `nak ${NAK.securityNeeded}`);
});

function meaningOf(hex: string | undefined) {
  const decoded = decodeOsdpFrame(fromHex(hex ?? ''));
  return decoded.kind === 'frame' ? meaning(decoded.frame) : decoded.kind;
}

test('a session is gone after 8 s, and a wrong number is told', async t => {
  const rig = build();
  play(rig, 4);
  await rig.clock.advance(8000);
  t.is(meaningOf(rig.hear(fromHex(LIVE_SESSION.frames[4].command))), 'nak 6');
  t.is(rig.ask({kind: 'poll'}, 0), 'ack');
  t.is(rig.ask({kind: 'poll'}, 2), 'nak 4');
});

test('a wrong host cryptogram and an unknown key are refused', t => {
  const rig = build();
  play(rig, 3);
  t.is(rig.ask({kind: 'scrypt', cryptogram: new Uint8Array(16)}, 3), 'nak 5');
  const fresh = build({isSecurable: false});
  t.is(play(fresh, 3).map(meaningOf).at(-1), 'nak 5');
});

test('damage, other addresses and replies of others stay without an answer', t => {
  const {reader, hear} = build();
  const id = fromHex(LIVE_SESSION.frames[0].command);
  const damaged = id.slice();
  damaged[5] = (damaged[5] ?? 0) ^ 1;
  t.is(hear(damaged), undefined);
  t.is(hear(fromHex(LIVE_SESSION.frames[0].reply)), undefined);
  const parts = {direction: 'command', sequence: 0, check: 'crc', code: 0x60} as const;
  const poll = (address: number) => encodeOsdpFrame({...parts, address, data: new Uint8Array(0)});
  t.is(hear(poll(6)), undefined);
  t.true(hear(poll(0x7f))?.startsWith('53ff'));
  t.is(reader.receive(concatBytes(Uint8Array.of(0, 1), withMark(id)), 0).length, 1);
});

test('ailments: silence, lost replies, BUSY and NAK', t => {
  const {reader, ask} = build();
  reader.ail({isSilent: true});
  t.is(ask({kind: 'poll'}), undefined);
  reader.ail({isSilent: false, dropReplies: 1});
  t.is(ask({kind: 'poll'}, 0), undefined);
  reader.ail({busyReplies: 1});
  t.is(ask({kind: 'poll'}, 1), 'busy');
  t.is(ask({kind: 'poll'}, 1), 'ack');
  reader.ail({naks: 1, nakReason: 3});
  t.is(ask({kind: 'poll'}), 'nak 3');
  reader.ail({replyDelayMs: 77});
  const [reply] = reader.receive(fromHex(LIVE_SESSION.frames[0].command), 0);
  t.is(reply?.afterMs, 77);
});

test('the body does as it is told and tells what happens to it', async t => {
  const {clock, reader, ask} = build();
  const {body} = reader;
  ask({kind: 'poll'});
  reader.pressKeys(['1', '#']);
  reader.setInput(2, true);
  reader.tamper(true);
  body.failPower(true);
  const news = [1, 2, 3, 4, 5].map(() => ask({kind: 'poll'}));
  t.deepEqual(news, ['keypad', 'istatr', 'lstatr', 'lstatr', 'ack']);
  const states = (['lstat', 'istat', 'ostat', 'rstat'] as const).map(kind => ask({kind}));
  t.deepEqual(states, ['lstatr', 'istatr', 'ostatr', 'rstatr']);
  const out = (control: number, output = 0) =>
    ask({kind: 'out', outputs: [{output, control, time100ms: 10}]});
  t.is(out(5), 'ack');
  t.true(body.output(0));
  await clock.advance(1000);
  t.false(body.output(0));
  out(2);
  t.true(body.output(0));
  out(6);
  t.false(body.output(0));
  out(3);
  await clock.advance(1000);
  t.false(body.output(0));
  out(0);
  t.is(out(1, 9), 'nak 9');
  const place = {reader: 0, mode: 1, tempSeconds: 0, row: 2, column: 1};
  t.is(ask({kind: 'text', place, text: 'A-7'}), 'ack');
  t.is(body.row(2), 'A-7');
  t.is(body.row(1), undefined);
  const buzzer = {reader: 0, tone: 2, on100ms: 1, off100ms: 1, count: 2};
  t.is(ask({kind: 'buz', buzzer}), 'ack');
  t.deepEqual(body.buzzes, [buzzer]);
  t.is(ask({kind: 'acurxsize', size: 256}), 'ack');
});

test('COMSET is answered at the old address and holds from then on', t => {
  const {reader, ask} = build();
  t.is(ask({kind: 'comset', communication: {address: 9, baudRate: 38_400}}), 'com');
  t.is(reader.unit, 'osdp:9');
  t.is(reader.baudRate, 38_400);
  t.is(ask({kind: 'poll'}), 'ack');
});

test('a reader for Secure Channels alone works for nobody in the clear', t => {
  const {ask} = build({isSecureOnly: true});
  t.is(ask({kind: 'id'}), 'pdid');
  t.is(ask({kind: 'cap'}), 'pdcap');
  t.is(ask({kind: 'poll'}), 'nak 6');
  t.is(ask({kind: 'keyset', key: new Uint8Array(16)}), 'nak 6');
});
