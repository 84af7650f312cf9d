import {createPublicKey, type KeyObject} from 'node:crypto';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Act, CommandSink} from '../../cloud-sync/uplink/command-sink.js';
import {type MqttTarget, MqttTransport} from '../../cloud-sync/uplink/mqtt-transport.js';
import {Uplink} from '../../cloud-sync/uplink/uplink.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import type {SystemClock} from '../../edge/platform/system-clock.js';
import {SiteClock} from '../../edge/runtime/site-clock.js';
import {SiteStore} from '../../edge/store/site-store.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {SILENT, TENANT} from './cloud-on-mosquitto.js';
import {until} from './peer-process.js';
import {freshFolder} from './real-site.js';

export const GATEWAY = 'gw-1';

/** A gateway without a site: real store, real uplink, and a hand that only notes what it is told. */
export class Gateway {
  readonly store: SiteStore;
  readonly uplink: Uplink;
  /** Commands that would have moved an arm. */
  readonly accepted: Act[] = [];
  /** Genuine commands that were not carried out, and why. */
  readonly rejected: string[] = [];

  /** `broker`: a port of this machine, or an address of its own. */
  constructor(
    t: ExecutionContext,
    clock: SystemClock,
    cloudKey: KeyObject,
    broker: number | MqttTarget,
    name = GATEWAY,
  ) {
    const entropy = new SystemEntropy(clock);
    this.store = new SiteStore({
      path: join(freshFolder(t), 'lot.db'),
      ...{site: 'lot-1', secretKey: new Uint8Array(32), clock, entropy},
      clockState: () => 'ok',
    });
    t.teardown(() => this.store.close());
    this.uplink = new Uplink({
      ...{clock, entropy, log: SILENT},
      address: {tenant: TENANT, gateway: name},
      boot: this.store.boot,
      firmware: '0.0.0-real',
      cloudKey: cloudKey.type === 'private' ? createPublicKey(cloudKey) : cloudKey,
      transport: new MqttTransport(
        typeof broker === 'number' ? {kind: 'url', url: `mqtt://127.0.0.1:${broker}`} : broker,
      ),
      outbox: this.store.outbox,
      grants: this.store.grants,
      commands: this.#hand(),
      time: new SiteClock(clock, 0),
      startSpreadMs: 0,
    });
    t.teardown(() => this.uplink.stop());
  }

  /** Until the cloud has answered; the wait between two tries may have grown meanwhile. */
  async online(): Promise<void> {
    this.uplink.start();
    await until('the uplink is up', () => this.uplink.status().link === 'up', 30_000);
  }

  /** Journal `count` events. */
  append(count: number): void {
    const body = {bay: 'A-012', arm: 'down', occupancy: 'vacant', online: true, saleable: true};
    const facts = Array.from({length: count}, () => ({kind: 'bay', body}) as unknown as SiteFact);
    this.store.journal.append(facts, this.store.stampNow());
  }

  #hand(): CommandSink {
    return {
      earlier: id => this.store.commands.earlier(id),
      accept: (act, answer) => {
        const claim = this.store.commands.claim(act.id, this.store.stampNow());
        if (claim.kind === 'dup') return claim;
        this.accepted.push(act);
        this.store.commands.settle(act.id, {kind: 'done'});
        answer({kind: 'done'});
        return claim;
      },
      reject: (_act, result) => void this.rejected.push(result),
    };
  }
}
