import {join} from 'node:path';
import {env} from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {OsdpUnit} from '../../drivers/osdp/osdp-unit.js';
import type {FarEnd} from '../../drivers/port/byte-link.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {LED_COLOURS} from '../../protocols/osdp/commands.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {OsdpReader} from '../devices/osdp-reader.js';
import {crossConnect} from '../wire/null-modem.js';
import {Rs485Line} from '../wire/rs485-line.js';
import {PeerProcess, rest, until} from './peer-process.js';
import {freshFolder, freshTerminal} from './real-site.js';

/*
 * OSDP over real pseudo-terminals. Programs of others take part when these name them (each a path;
 * arguments: device, baud rate, address, SCBK in hex):
 * - LATCHKEY_OSDP_PD a peripheral, in place of the simulated reader
 * - LATCHKEY_OSDP_CP a control panel, in place of the driver
 */
const PERIPHERAL = env.LATCHKEY_OSDP_PD;
const PANEL = env.LATCHKEY_OSDP_CP;

const BAUD_RATE = 38_400;
const ADDRESS = 5;
const SCBK = fromHex('C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF');
/** Nothing valid for 8 s ends a session; the driver looks once a second. */
const LOSS_MS = 9500;
const ONLINE_LIMIT_MS = 20_000;
/** The longest pause between two attempts is 30 s. */
const RETURN_LIMIT_MS = 45_000;
const LED = {
  ...{reader: 0, led: 0, tempCode: 0, tempOn100ms: 0, tempOff100ms: 0, tempOnColour: 0},
  ...{tempOffColour: 0, tempTime100ms: 0, permCode: 1, permOn100ms: 5, permOff100ms: 0},
  ...{permOnColour: LED_COLOURS.green, permOffColour: 0},
};
const PLACE = {reader: 0, mode: 1, tempSeconds: 0, row: 1, column: 1};
const OUTPUT = {output: 1, control: 2, time100ms: 0};

/** A wire that can be cut: both programs keep their ports, and hear nothing. */
class CutWire implements FarEnd {
  isCut = false;
  readonly #inner: FarEnd;

  constructor(inner: FarEnd) {
    this.#inner = inner;
  }

  send(bytes: Uint8Array): void {
    if (!this.isCut) this.#inner.send(bytes);
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#inner.onBytes(bytes => {
      if (!this.isCut) listener(bytes);
    });
  }

  unplug(): void {
    this.#inner.unplug();
  }

  replug(): void {
    this.#inner.replug();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

function makeRig(t: ExecutionContext) {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const folder = freshFolder(t);
  const path = join(folder, 'ttyPANEL');
  const wire = new CutWire(freshTerminal(t, path));
  return {clock, entropy, folder, path, wire};
}

type Rig = ReturnType<typeof makeRig>;

function startPeer(t: ExecutionContext, program: string, device: string): PeerProcess {
  const peer = new PeerProcess(program, [device, String(BAUD_RATE), String(ADDRESS), toHex(SCBK)]);
  t.teardown(async () => {
    await peer.end();
    t.log(`${program} said:\n${peer.output}`);
  });
  return peer;
}

/** `key`: undefined is a reader from the factory, which knows the default key alone. */
function startTwin(
  t: ExecutionContext,
  {clock, entropy, wire}: Rig,
  key: Uint8Array | undefined,
): OsdpReader {
  const line = new Rs485Line({clock, entropy, farEnd: wire, baudRate: BAUD_RATE});
  t.teardown(() => line.close());
  const twin = new OsdpReader({clock, entropy, address: ADDRESS, key});
  line.attach(twin);
  return twin;
}

function startDriver(t: ExecutionContext, {clock, entropy, path}: Rig) {
  const fraction = () => entropy.fraction();
  const link = createSerialLink({path, baudRate: BAUD_RATE, clock, fraction});
  const line = new SharedLine({link, clock, fraction, baudRate: BAUD_RATE});
  const told: string[] = [];
  const unit = new OsdpUnit({
    ...{id: asId<DeviceId>('R-1'), bus: line, clock, address: ADDRESS},
    random: length => entropy.bytes(length),
    ...{keys: [SCBK], install: true},
    onKeySet: ({isProven}) => told.push(isProven ? 'key proven' : 'key offered'),
    onTrouble: (code, text) => told.push(`${code}: ${text}`),
  });
  unit.listen({
    onCard: ({uid}) => told.push(`card ${uid}`),
    onOffline: why => told.push(`offline ${why}`),
    onOnline: isSecure => told.push(isSecure ? 'online secure' : 'online plain'),
  });
  line.open();
  t.teardown(async () => {
    unit.close();
    await line.close();
  });
  return {unit, told};
}

const show = (twin: OsdpReader | undefined, no: number) =>
  twin?.presentCard(32, Uint8Array.of(4, 0xa1, 0, no));

test('our control panel: key, Secure Channel, card, light, text, output, 8 s of loss and return', async t => {
  const rig = makeRig(t);
  let twin: OsdpReader | undefined;
  if (PERIPHERAL === undefined) {
    t.log('LATCHKEY_OSDP_PD is not set: the peripheral is our own simulated reader');
    twin = startTwin(t, rig, undefined);
  } else {
    const theirs = freshTerminal(t, join(rig.folder, 'ttyPERIPHERAL'));
    crossConnect(rig.wire, theirs);
    startPeer(t, PERIPHERAL, theirs.path);
  }
  const {unit, told} = startDriver(t, rig);
  const cards = () => told.filter(text => text.startsWith('card'));

  await until('a Secure Channel', () => unit.isSecure, ONLINE_LIMIT_MS);
  t.truthy(unit.identity);
  if (twin) {
    t.deepEqual(told, ['key offered', 'key proven', 'online secure']);
    t.deepEqual(twin.channel.key, SCBK);
    // Cards count from the first poll that is answered with nothing.
    await until('the states are read', () => unit.health === 'ok');
    await rest(500);
    show(twin, 1);
    await until('the card', () => cards().length > 0);
  }

  const asked = [unit.setLed(LED), unit.showText(PLACE, 'A-012'), unit.setOutput(OUTPUT)];
  const results = await Promise.all(asked);
  t.log(`light, text, output: ${results.join(', ')}`);
  // A foreign reader may have no text or no outputs; then it says so.
  for (const result of results)
    t.true(result === 'done' || (!twin && result === 'refused'), result);
  if (twin) {
    t.is(twin.body.leds.get(0)?.permOnColour, LED_COLOURS.green);
    t.is(twin.body.row(1), 'A-012');
    t.true(twin.body.output(1));
  }

  rig.wire.isCut = true;
  await rest(LOSS_MS / 2);
  show(twin, 2);
  await rest(LOSS_MS / 2);
  t.is(unit.health, 'offline');
  t.true(told.includes('offline silent'), told.join(', '));
  rig.wire.isCut = false;
  const cutMs = performance.now();
  await until('the Secure Channel is back', () => unit.isSecure, RETURN_LIMIT_MS);
  t.log(`back after ${Math.round(performance.now() - cutMs)} ms`);
  if (twin) {
    await rest(1000);
    show(twin, 3);
    await until('a card after the loss', () => cards().length > 1);
    t.deepEqual(cards(), ['card 04A10001', 'card 04A10003']);
    t.true(told.some(text => text.startsWith('osdp/stale')));
  } else {
    t.log(`cards shown: ${cards().join(', ') || 'none'}`);
  }
  t.false(told.some(text => text.startsWith('osdp/forged')));
});

test('our peripheral: Secure Channel, news fetched, 8 s of loss and return', async t => {
  const rig = makeRig(t);
  let told: readonly string[] = [];
  const twin = startTwin(t, rig, SCBK);
  if (PANEL === undefined) {
    t.log('LATCHKEY_OSDP_CP is not set: the control panel is our own driver');
    ({told} = startDriver(t, rig));
  } else {
    startPeer(t, PANEL, rig.path);
  }
  const {channel, body} = twin;
  await until('a Secure Channel', () => channel.isOpen, ONLINE_LIMIT_MS);
  await rest(1000);
  show(twin, 1);
  t.is(body.waiting, 1);
  await until('somebody fetches the card', () => body.waiting === 0);
  // The reply is still on its way.
  await rest(500);
  t.true(channel.isOpen);
  t.deepEqual(channel.key, SCBK);

  rig.wire.isCut = true;
  await rest(LOSS_MS);
  rig.wire.isCut = false;
  show(twin, 2);
  await until('somebody fetches the next card', () => body.waiting === 0, RETURN_LIMIT_MS);
  // The session of before is over after 8 s: whoever fetched this had to make a new one.
  t.true(channel.isOpen);
  t.log(`lights ${body.leds.size}, texts ${body.texts.length}, sounds ${body.buzzes.length}`);
  if (PANEL === undefined) {
    await until('the driver is back', () => told.at(-1)?.startsWith('osdp/stale') ?? false);
    t.deepEqual(
      told.filter(text => text.startsWith('card') || text.startsWith('offline')),
      ['card 04A10001', 'offline silent'],
    );
  }
});
