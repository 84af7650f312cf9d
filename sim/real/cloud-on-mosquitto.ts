import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import Sqlite from 'better-sqlite3';
import {connectAsync} from 'mqtt';
import {assembleParts} from '../../cloud-sync/api/cloud-parts.js';
import {isOver} from '../../cloud-sync/api/command-machine.js';
import type {GatewaySessions} from '../../cloud-sync/api/gateway-sessions.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import type {FeedEvent} from '../../cloud-sync/api/store/event-ledger.js';
import {SiteTable} from '../../cloud-sync/api/tenancy/site-table.js';
import {TenantTable} from '../../cloud-sync/api/tenancy/tenant-table.js';
import {DropCounter} from '../../cloud-sync/drop-counter.js';
import type {SyncLog} from '../../cloud-sync/log.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import type {SystemClock} from '../../edge/platform/system-clock.js';
import type {Ack} from '../../protocols/cloud/down-messages.js';
import {parseTopic} from '../../protocols/cloud/topics.js';
import {until} from './peer-process.js';
import {freshFolder} from './real-site.js';

export const TENANT = 'demo';
export const SILENT: SyncLog = {debug() {}, info() {}, warn() {}, error() {}};

export interface OutsideCloud {
  readonly signingKey: KeyObject;
  /** Every event of a gateway, in order. */
  readonly feed: (gateway: string) => Promise<readonly FeedEvent[]>;
  readonly sessions: GatewaySessions;
  /** Order the arm of A-012 and wait for what comes of it. */
  readonly ordered: () => Promise<string>;
  readonly drops: DropCounter;
  /** Each acknowledgement with the highest number that was committed when it was given. */
  readonly acks: readonly {readonly ack: Ack; readonly stored: number}[];
}

/**
 * The thin cloud as `startCloud` puts it together, with an MQTT client in place of its own broker: the
 * form it takes when a fleet outgrows the embedded one. @see sync.md 7, when the fleet grows
 */
export async function startCloudOnMosquitto(
  t: ExecutionContext,
  clock: SystemClock,
  port: number,
): Promise<OutsideCloud> {
  const url = `mqtt://127.0.0.1:${port}`;
  const client = await connectAsync(url, {protocolVersion: 4, clean: true, reconnectPeriod: 0});
  t.teardown(() => client.endAsync(true));
  const entropy = new SystemEntropy(clock);
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const file = join(freshFolder(t), 'cloud.db');
  const store = await CloudStore.open(file);
  // A connection of its own sees what is committed, and nothing else.
  const onlooker = new Sqlite(file, {readonly: true});
  const known = onlooker.prepare('SELECT known FROM epoch WHERE gw = ? AND epoch = ?').pluck();
  const drops = new DropCounter(SILENT);
  const acks: {ack: Ack; stored: number}[] = [];
  const parts = assembleParts({
    ...{clock, entropy, log: SILENT, drops, store, tenant: TENANT, signingKey},
    publish: (topic, payload, qos) => client.publish(topic, Buffer.from(payload), {qos}),
    onAck: (gateway, ack) => {
      acks.push({ack, stored: Number(known.get(gateway, ack.epoch) ?? 0)});
    },
  });
  const {sessions, commands, ingest, grantSync, desk, ledger} = parts;
  commands.start();
  client.on('message', (text, payload) => {
    const topic = parseTopic(text);
    if (topic?.direction === 'up') desk.take(topic.gateway, topic.name, payload, 'both');
    else drops.drop('topic', {topic: text});
  });
  await client.subscribeAsync(`v1/${TENANT}/+/u/#`, {qos: 1});
  t.teardown(async () => {
    await commands.stop();
    await ingest.close();
    await grantSync.close();
    onlooker.close();
    await store.close();
  });
  const feed = (gateway: string) => store.read(db => ledger.feed(db, gateway, 0, 0, 10_000));
  const ordered = async () => {
    const id = entropy.ulid();
    await store.transaction(async tx => {
      await new TenantTable().add(tx, {id: TENANT, name: TENANT, createdWall: 1});
      const place = {address: '', latE7: null, lngE7: null, zone: 'Asia/Shanghai', createdWall: 1};
      await new SiteTable().add(tx, {
        ...{id: 'lot-1', tenant: TENANT, name: 'lot-1', kind: 'public', ...place},
      });
      const createdWall = clock.wallMs();
      await parts.commandBook.add(tx, {
        ...{id, tenant: TENANT, site: 'lot-1', point: 'A-012', gateway: 'gw-1', bay: 'A-012'},
        ...{kind: 'open', by: 'operator', reason: 'a guest', ttlMs: 2000, trace: ''},
        ...{state: 'pending', why: null, createdWall, dueWall: createdWall + 2000},
        ...{session: null, sentWall: null, deliveredWall: null, closedWall: null, journal: null},
      });
    });
    commands.wake();
    const row = () => store.read(db => parts.commandBook.table.get(db, id));
    await until('it is over', async () => isOver((await row()) ?? {state: 'pending'}));
    return (await row())?.state ?? '';
  };
  return {signingKey, feed, sessions, ordered, drops, acks};
}
