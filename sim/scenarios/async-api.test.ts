import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inflateRawSync} from 'node:zlib';
import {Ajv, type ValidateFunction} from 'ajv';
import test, {type ExecutionContext} from 'ava';
import {loadOrMakeAuthority} from '../../cloud-sync/api/identity/authority-files.js';
import {memoryShelf} from '../../cloud-sync/api/identity/identity-rig.js';
import {startCloud} from '../../cloud-sync/api/server.js';
import {newPrivateKey} from '../../cloud-sync/uplink/identity/enrol.js';
import {
  type GatewayIdentity,
  readIdentity,
} from '../../cloud-sync/uplink/identity/gateway-identity.js';
import {CertificateRenewal} from '../../cloud-sync/uplink/identity/renewal.js';
import type {SessionSetup} from '../../cloud-sync/uplink/session.js';
import type {SiteConfigReport, SiteConfigSink} from '../../cloud-sync/uplink/site-config-sink.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {asId} from '../../protocols/site/ids.js';
import {type Notice, noticesHash} from '../../protocols/site/notice.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';
import type {TappedMessage} from './tapped-transport.js';

interface Document {
  readonly channels: Readonly<
    Record<string, {address: string; messages: Record<string, {$ref: string}>}>
  >;
  readonly components: {readonly messages: Readonly<Record<string, Message>>};
}

interface Message {
  readonly contentType: string;
  readonly payload: object;
}

interface Channel {
  readonly name: string;
  readonly pattern: RegExp;
  readonly contentType: string;
  readonly fits: ValidateFunction;
}

/** Content bytes by content type, and what is made of the text, as the description says it. */
const CONTENTS: Readonly<
  Record<string, {readonly bytes: readonly number[]; readonly read: (text: string) => unknown}>
> = {
  'application/vnd.latchkey.json': {bytes: [1, 2], read: text => JSON.parse(text)},
  'application/vnd.latchkey.lines': {
    bytes: [3, 4],
    read: text => {
      const [head = '', ...lines] = text.split('\n');
      return {...JSON.parse(head), lines};
    },
  },
};

/** The payload as the document says that it is written; undefined when it is written otherwise. */
function contentOf(payload: Uint8Array, contentType: string): object | undefined {
  const [kind = 0, content] = [payload[0], payload.subarray(1)];
  const {bytes, read} = CONTENTS[contentType] ?? {bytes: [], read: () => undefined};
  if (!bytes.includes(kind)) return undefined;
  return read(Buffer.from(kind % 2 === 0 ? inflateRawSync(content) : content).toString()) as object;
}

function channelsOf(doc: Document): readonly Channel[] {
  const ajv = new Ajv({strict: false, validateFormats: false});
  return Object.entries(doc.channels).map(([name, {address, messages}]) => {
    const [message] = Object.values(messages);
    const key = message?.$ref.split('/').at(-1) ?? '';
    const {contentType = '', payload = false} = doc.components.messages[key] ?? {};
    const pattern = new RegExp(`^${address.replace(/{[a-z]+}/g, '[^/]+')}$`);
    return {name, pattern, contentType, fits: ajv.compile(payload)};
  });
}

/** Every message belongs into one channel, and fits its schema. `seen`: the channels that were used. */
function judged(channels: readonly Channel[], messages: readonly TappedMessage[]) {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const {topic, payload} of messages) {
    const [channel, ...others] = channels.filter(({pattern}) => pattern.test(topic));
    if (!channel || others.length > 0) faults.push(`${topic}: not one channel`);
    else {
      const content = contentOf(payload, channel.contentType);
      if (content && channel.fits(content)) seen.add(channel.name);
      else faults.push(`${topic}: ${payload[0]} ${JSON.stringify(channel.fits.errors?.[0])}`);
    }
  }
  return {faults, seen};
}

const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));

/** What a gateway has besides grants and commands: bays, a site file, notices. */
function furnished(): Partial<SessionSetup> {
  let notices: readonly Notice[] = [];
  const take = (list: readonly Notice[]) => {
    notices = list;
  };
  return {
    bays: () => [
      {bay: asId('A-012'), arm: 'down', occupancy: 'vacant', online: true, saleable: true},
    ],
    notices: {held: () => noticesHash(notices), take},
    siteConfig: siteSink(),
  };
}

function siteSink(): SiteConfigSink {
  const none = '0'.repeat(64);
  let report: SiteConfigReport = {
    ...{ver: 0, sha: none, state: 'applied', held: none, why: null, problems: []},
  };
  const listeners = new Set<() => void>();
  return {
    report: () => report,
    take: ({ver, sha}) => {
      report = {...report, ver, sha, held: sha};
      for (const listener of listeners) listener();
    },
    onReport: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface Story {
  readonly rig: CloudRig;
  /** From the gateway's next start on it asks for a certificate of its own; what it is given. */
  readonly wantCertificate: () => Promise<GatewayIdentity>;
}

async function openStory(t: ExecutionContext): Promise<Story> {
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const clock = new VirtualClock({yieldTurn, startMs: 5000});
  const entropy = new SeededEntropy(3);
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-ca-'));
  const authority = await loadOrMakeAuthority(join(folder, 'ca.key'), {clock, entropy});
  const shelf = memoryShelf();
  // Its present certificate is of no use here: that it came out of a backup is why it asks at once.
  const restored: GatewayIdentity = {
    ...{v: 1, tenant: 'demo', gateway: 'gw-1', broker: 'mqtts://127.0.0.1:8883'},
    key: newPrivateKey(),
    ...{certificate: authority.certificate, ca: authority.certificate, cloudKey: ''},
    ...{floor: 0 as UnixMillis, restored: true},
  };
  const setup: {-readonly [Key in keyof SessionSetup]?: SessionSetup[Key]} = furnished();
  const rig = await CloudRig.open({
    ...{clock, signingKey, inMemory: true, setup},
    start: options => startCloud({...options, authority}),
  });
  t.teardown(async () => {
    await rig.close();
    rmSync(folder, {recursive: true});
  });
  const log = {debug() {}, info() {}, warn: t.fail, error: t.fail};
  const wantCertificate = () =>
    new Promise<GatewayIdentity>(onRenewed => {
      const known = {...restored, cloudKey: rig.cloud.publicKey};
      setup.renewal = new CertificateRenewal({
        ...{clock, entropy, log, shelf, onRenewed, floorMs: () => clock.wallMs()},
        identity: () => readIdentity(shelf) ?? known,
      });
    });
  return {rig, wantCertificate};
}

/** Events, an act, and an urgent event while a backlog is on its way. */
async function live(rig: CloudRig): Promise<void> {
  const time = rig.clock;
  rig.append(40);
  await rig.connect();
  rig.travelMs = 1000;
  await rig.ordered('open-1');
  rig.transport.loseUp = '/u/ev';
  for (let batch = 0; batch < 13; batch += 1) rig.append(500);
  await time.advance(1000);
  rig.append(1, 'decision');
  rig.transport.loseUp = undefined;
  await time.advance(70_000);
}

/** Grants, a revocation and a notice down, and the answers to them. */
async function state(t: ExecutionContext, rig: CloudRig): Promise<void> {
  const time = rig.clock;
  const card = {id: 'k-1', holder: 'h-1', uid: '0104F2A7B3'};
  t.is((await rig.api('POST', '/v1/gateways/gw-1/cards', card)).status, 200);
  await time.advance(3000);
  t.is((await rig.api('DELETE', '/v1/gateways/gw-1/cards/k-1')).status, 200);
  const notice = {text: '停电', untilMs: time.wallMs() + 3_600_000, sites: ['lot-1']};
  t.is((await rig.api('POST', '/v1/notices', notice, 'notice-1')).status, 201);
  await time.advance(10_000);
}

/** A site file from the office. */
async function siteFile(t: ExecutionContext, rig: CloudRig): Promise<void> {
  const pushed = await rig.cloud.fetch(
    new Request('http://cloud/v1/gateways/gw-1/site-config?by=office', {
      method: 'PUT',
      headers: {
        ...{authorization: 'Bearer rig-key', 'content-type': 'application/yaml'},
        'if-match': '*',
      },
      body: 'site: {}\n',
    }),
  );
  t.is(pushed.status, 200, await pushed.text());
  await rig.clock.advance(3000);
}

/** A cloud restored from a backup of its first day asks for events that have gone since, and puts the
 *  gateway's whole state in place. */
async function oldCloud(t: ExecutionContext, rig: CloudRig): Promise<void> {
  rig.uplink.stop();
  await rig.stopCloud();
  await rig.clock.advance(31 * DAY_MS);
  while (rig.store.prune(1000) > 0);
  t.true(await rig.restoreCloud());
  await rig.connect();
  await rig.clock.advance(10_000);
}

/** A new numbering, a certificate, and a copy of the gateway that still uses the numbering before. */
async function twin(t: ExecutionContext, {rig, wantCertificate}: Story): Promise<void> {
  const hello = rig.transport.seenUp.findLast(({topic}) => topic.endsWith('/u/hello'));
  const given = wantCertificate();
  rig.store.outbox.startNewEpoch('a story');
  rig.restartEdge();
  await rig.connect();
  t.like(await rig.clock.settle(given), {gateway: 'gw-1', cloudKey: rig.cloud.publicKey});
  if (hello) rig.transport.playUp(hello.topic, hello.payload);
  const isFenced = () => rig.transport.seenDown.at(-1)?.topic.endsWith('/d/fence') === true;
  await rig.clock.until(isFenced, MINUTE_MS);
}

test('what gateway and cloud really say stands in the AsyncAPI document, topic by topic and key by key', async t => {
  const story = await openStory(t);
  const {rig} = story;
  await live(rig);
  rig.copyCloud();
  await state(t, rig);
  await siteFile(t, rig);
  await oldCloud(t, rig);
  await twin(t, story);

  const {body: doc} = await rig.api<Document>('GET', '/asyncapi.json');
  const {seenUp, seenDown} = rig.transport;
  const channels = channelsOf(doc);
  const {faults, seen} = judged(channels, [...seenUp, ...seenDown]);
  t.deepEqual(faults, []);
  t.deepEqual(
    channels.map(({name}) => name).filter(name => !seen.has(name)),
    [],
  );

  const batch = seenUp.find(({topic}) => topic.endsWith('/u/ev'));
  const text = (content: object) => Buffer.from(`\u0003${JSON.stringify(content)}\n{}`);
  const lines = contentOf(batch?.payload ?? new Uint8Array(), 'application/vnd.latchkey.lines');
  for (const wrong of [{kind: ['bay']}, {mono: [0.5]}, {wall: null}, {run: 1}]) {
    const payload = text({...lines, ...wrong});
    const {faults: found} = judged(channels, [{topic: batch?.topic ?? '', payload}]);
    t.is(found.length, 1, JSON.stringify(wrong));
  }
});
