import {generateKeyPairSync} from 'node:crypto';
import {inflateRawSync} from 'node:zlib';
import {Ajv, type ValidateFunction} from 'ajv';
import test from 'ava';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';
import type {TappedMessage} from './tapped-transport.js';

interface Document {
  readonly channels: Readonly<
    Record<string, {address: string; messages: Record<string, {$ref: string}>}>
  >;
  readonly components: {readonly messages: Readonly<Record<string, {payload: object}>>};
}

/** The payload as the document says that it is written. */
function contentOf(payload: Uint8Array): unknown {
  const [kind = 0, content] = [payload[0], payload.subarray(1)];
  const text = Buffer.from(kind % 2 === 0 ? inflateRawSync(content) : content).toString();
  if (kind <= 2) return JSON.parse(text);
  const [head = '', ...lines] = text.split('\n');
  return {...JSON.parse(head), lines};
}

interface Channel {
  readonly name: string;
  readonly pattern: RegExp;
  readonly fits: ValidateFunction;
}

function channelsOf(doc: Document): readonly Channel[] {
  const ajv = new Ajv({strict: false, validateFormats: false});
  return Object.entries(doc.channels).map(([name, {address, messages}]) => {
    const [message] = Object.values(messages);
    const key = message?.$ref.split('/').at(-1) ?? '';
    const fits = ajv.compile(doc.components.messages[key]?.payload ?? false);
    return {name, pattern: new RegExp(`^${address.replace(/{[a-z]+}/g, '[^/]+')}$`), fits};
  });
}

/** Every message belongs into one channel, and fits its schema. `seen`: the channels that were used. */
function judged(channels: readonly Channel[], messages: readonly TappedMessage[]) {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const {topic, payload} of messages) {
    const [channel, ...others] = channels.filter(({pattern}) => pattern.test(topic));
    if (!channel || others.length > 0) faults.push(`${topic}: not one channel`);
    else if (channel.fits(contentOf(payload))) seen.add(channel.name);
    else faults.push(`${topic}: ${JSON.stringify(channel.fits.errors?.[0])}`);
  }
  return {faults, seen};
}

test('what gateway and cloud really say stands in the AsyncAPI document, topic by topic and key by key', async t => {
  const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));
  const clock = new VirtualClock({yieldTurn, startMs: 5000});
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const rig = await CloudRig.open({clock, signingKey, inMemory: true});
  t.teardown(() => rig.close());
  rig.append(40);
  await rig.connect();
  const card = {id: 'k-1', holder: 'h-1', uid: '0104F2A7B3'};
  t.is((await rig.api('POST', '/v1/gateways/gw-1/cards', card)).status, 200);
  await clock.advance(3000);
  t.is((await rig.api('DELETE', '/v1/gateways/gw-1/cards/k-1')).status, 200);
  rig.travelMs = 1000;
  t.is((await rig.ordered('open-1')).state, 'confirmed');
  rig.append(3);
  await clock.advance(70_000);

  const {body: doc} = await rig.api<Document>('GET', '/asyncapi.json');
  const {seenUp, seenDown} = rig.transport;
  const channels = channelsOf(doc);
  const {faults, seen} = judged(channels, [...seenUp, ...seenDown]);
  t.deepEqual(faults, []);
  const up = ['st', 'hello', 'hb', 'ev', 'cfg', 'rev', 'res'].map(name => `up_${name}`);
  const down = ['ack', 'time', 'cfg', 'rev', 'cmd'].map(name => `down_${name}`);
  t.deepEqual(
    [...up, ...down].filter(name => !seen.has(name)),
    [],
  );
  const batch = seenUp.find(({topic}) => topic.endsWith('/u/ev'));
  const content = contentOf(batch?.payload ?? new Uint8Array()) as object;
  for (const wrong of [{lines: 'x'}, {kind: ['bay']}, {mono: [0.5]}, {wall: null}]) {
    const payload = Buffer.from(`\u0001${JSON.stringify({...content, ...wrong})}`);
    const {faults: found} = judged(channels, [{topic: batch?.topic ?? '', payload}]);
    t.is(found.length, 1, JSON.stringify(wrong));
  }
});
