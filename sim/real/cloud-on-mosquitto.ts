import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {connectAsync} from 'mqtt';
import {CommandDesk} from '../../cloud-sync/api/command-desk.js';
import {Downlink} from '../../cloud-sync/api/downlink.js';
import {EventIntake} from '../../cloud-sync/api/event-intake.js';
import {EventViews} from '../../cloud-sync/api/event-views.js';
import {GatewayDesk} from '../../cloud-sync/api/gateway-desk.js';
import {GatewaySessions} from '../../cloud-sync/api/gateway-sessions.js';
import {GrantSync} from '../../cloud-sync/api/grant-sync.js';
import {Ingest} from '../../cloud-sync/api/ingest.js';
import {CloudDatabase} from '../../cloud-sync/api/store/cloud-database.js';
import {CommandTable} from '../../cloud-sync/api/store/command-table.js';
import {EventLedger} from '../../cloud-sync/api/store/event-ledger.js';
import {GatewayTable} from '../../cloud-sync/api/store/gateway-table.js';
import {GrantTable} from '../../cloud-sync/api/store/grant-table.js';
import {SecretBox} from '../../cloud-sync/api/store/secret-box.js';
import {SiteView} from '../../cloud-sync/api/store/site-view.js';
import {DropCounter} from '../../cloud-sync/drop-counter.js';
import type {SyncLog} from '../../cloud-sync/log.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import type {SystemClock} from '../../edge/platform/system-clock.js';
import type {Ack} from '../../protocols/cloud/down-messages.js';
import {parseTopic} from '../../protocols/cloud/topics.js';
import {freshFolder} from './real-site.js';

export const TENANT = 'demo';
export const SILENT: SyncLog = {debug() {}, info() {}, warn() {}, error() {}};

export interface OutsideCloud {
  readonly signingKey: KeyObject;
  readonly ledger: EventLedger;
  readonly sessions: GatewaySessions;
  readonly commands: CommandDesk;
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
  const database = new CloudDatabase(file);
  // A connection of its own sees what is committed, and nothing else.
  const onlooker = new CloudDatabase(file);
  const committed = new EventLedger(onlooker);
  const drops = new DropCounter(SILENT);
  const gateways = new GatewayTable(database);
  const grants = new GrantTable(database, new SecretBox(signingKey, entropy));
  const ledger = new EventLedger(database);
  const sessions = new GatewaySessions(clock);
  const downlink = new Downlink({
    ...{tenant: TENANT, signingKey, log: SILENT},
    publish: (topic, payload, qos) => client.publish(topic, Buffer.from(payload), {qos}),
  });
  const grantSync = new GrantSync({clock, database, gateways, grants, sessions, downlink});
  const commandTable = new CommandTable(database);
  const commands = new CommandDesk({
    ...{clock, entropy, database, gateways, sessions, downlink},
    commands: commandTable,
  });
  const acks: {ack: Ack; stored: number}[] = [];
  const ingest = new Ingest({
    ...{clock, log: SILENT, database, gateways},
    intake: new EventIntake(ledger),
    views: new EventViews(new SiteView(database), drops),
    answer: (gateway, ack) => {
      acks.push({ack, stored: committed.epoch(gateway, ack.epoch)?.known ?? 0});
      downlink.acknowledge(gateway, ack);
    },
    onCommandReport: report => commands.onReport(report),
  });
  const desk = new GatewayDesk({
    ...{clock, drops, gateways, sessions, ingest, grantSync, commands, downlink},
  });
  client.on('message', (text, payload) => {
    const topic = parseTopic(text);
    if (topic?.direction === 'up') desk.take(topic.gateway, topic.name, payload);
    else drops.drop('topic', {topic: text});
  });
  await client.subscribeAsync(`v1/${TENANT}/+/u/#`, {qos: 1});
  t.teardown(() => {
    commands.close();
    ingest.close();
    onlooker.close();
    database.close();
  });
  return {signingKey, ledger, sessions, commands, drops, acks};
}
