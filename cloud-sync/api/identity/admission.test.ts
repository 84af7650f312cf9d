import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {DAY_MS, HOUR_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {signingRequest} from '../../uplink/identity/signing-request.js';
import type {Downlink} from '../downlink.js';
import {CertificateTable} from '../store/certificate-table.js';
import {CloudStore} from '../store/cloud-store.js';
import {FaultTable} from '../store/fault-table.js';
import {LifeTable} from '../store/life-table.js';
import {moveCloud} from '../store/move-cloud.js';
import {CertificateAuthority, selfSigned} from './certificate-authority.js';
import {CertificateDesk} from './certificate-desk.js';
import {QUIET} from './identity-rig.js';

const YEAR_MS = 365 * DAY_MS;
const newKeys = () => generateKeyPairSync('ec', {namedCurve: 'P-256'});

/** A desk on a database in memory, and what it sent. */
class Bench {
  readonly clock: VirtualClock;
  readonly faults = new FaultTable();
  readonly sent: {readonly gateway: string; readonly certificate: string}[] = [];
  readonly store: CloudStore;
  readonly ca: CertificateAuthority;
  readonly desk: CertificateDesk;

  private constructor(store: CloudStore, clock: VirtualClock, ca: CertificateAuthority) {
    this.store = store;
    this.clock = clock;
    this.ca = ca;
    this.desk = new CertificateDesk({
      ...{clock: this.clock, log: QUIET, store, table: new CertificateTable()},
      ...{faults: this.faults, lives: new LifeTable(), ca: this.ca, tenant: 'demo'},
      hangUp: () => {},
      downlink: {
        send: (gateway: string, _name: string, {certificate}: {certificate: string}) =>
          void this.sent.push({gateway, certificate}),
      } as unknown as Downlink,
    });
  }

  static async open(t: ExecutionContext, ca?: CertificateAuthority): Promise<Bench> {
    const store = await CloudStore.open(':memory:');
    t.teardown(() => store.close());
    const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
    return new Bench(store, clock, ca ?? (await authority(clock)));
  }

  /** Give the gateway its certificate as enrolling does; returns what it shows. */
  async enrol(gateway: string) {
    await this.store.transaction(tx => this.desk.replace(tx, gateway, newKeys().publicKey));
    return this.newest(gateway);
  }

  async newest(gateway: string) {
    const list = await this.desk.list(gateway);
    const serial = list.find(({revokedWall}) => revokedWall === null)?.serial ?? '';
    return {name: gateway, tenant: 'demo', serial};
  }

  async ask(gateway: string, key: KeyObject): Promise<void> {
    this.desk.take(gateway, signingRequest(key, 'gateway'));
    await this.desk.close();
  }

  async kinds(gateway: string): Promise<readonly string[]> {
    const found = await this.store.read(db => this.faults.list(db, gateway));
    return found.map(({kind}) => kind);
  }
}

async function authority(clock: VirtualClock): Promise<CertificateAuthority> {
  const parts = {clock, entropy: new SeededEntropy(2)};
  const key = newKeys().privateKey;
  return new CertificateAuthority({
    ...parts,
    key,
    certificate: await selfSigned(key, 'test', parts),
  });
}

test('a certificate of our authority that the cloud never gave out lets nobody in, and is an alarm', async t => {
  const bench = await Bench.open(t);
  const own = await bench.enrol('gw-1');
  const {serial} = await bench.ca.issueClient('gw-1', 'demo', newKeys().publicKey);
  t.false(await bench.desk.admits({...own, serial}, 'gw-1'));
  t.deepEqual(await bench.kinds('gw-1'), ['identity_unknown']);
  const other = await bench.enrol('gw-2');
  t.false(await bench.desk.admits({...other, name: 'gw-1'}, 'gw-1'), 'that of another gateway');
  t.false(await bench.desk.admits(own, 'gw-2'));
  t.true(await bench.desk.admits(own, 'gw-1'));
});

test('a revoked certificate is an alarm where it is shown; enrolling anew ends it', async t => {
  const bench = await Bench.open(t);
  const first = await bench.enrol('gw-1');
  t.true(await bench.desk.admits(first, 'gw-1'));
  await bench.desk.revoke('gw-1', 'stolen');
  t.false(await bench.desk.admits(first, 'gw-1'));
  t.deepEqual(await bench.kinds('gw-1'), ['identity_revoked']);
  const second = await bench.enrol('gw-1');
  t.deepEqual(await bench.kinds('gw-1'), []);
  t.true(await bench.desk.admits(second, 'gw-1'));
});

test('a certificate that has ended is let in for 30 days, to be renewed; then only a new code helps', async t => {
  const bench = await Bench.open(t);
  const shown = await bench.enrol('gw-1');
  await bench.clock.advance(YEAR_MS + 29 * DAY_MS);
  t.true(await bench.desk.admits(shown, 'gw-1'));
  await bench.clock.advance(2 * DAY_MS);
  t.false(await bench.desk.admits(shown, 'gw-1'));
  t.deepEqual(await bench.kinds('gw-1'), ['identity_lapsed']);
  t.true(await bench.desk.admits(await bench.enrol('gw-1'), 'gw-1'));
  t.deepEqual(await bench.kinds('gw-1'), []);
});

test('a cloud that was moved to another database knows its certificates there', async t => {
  const from = await Bench.open(t);
  const good = await from.enrol('gw-1');
  const revoked = await from.enrol('gw-2');
  await from.desk.revoke('gw-2', 'stolen');
  const to = await Bench.open(t, from.ca);
  await moveCloud(from.store, to.store, () => {});
  t.true(await to.desk.admits(good, 'gw-1'));
  t.false(await to.desk.admits(revoked, 'gw-2'));
  t.true(await to.desk.mustShow('gw-2'));
});

test('however often a gateway asks, one certificate an hour is signed for it, and the same answer given again', async t => {
  const bench = await Bench.open(t);
  await bench.enrol('gw-1');
  const {privateKey} = newKeys();
  for (let round = 0; round < 20; round += 1)
    bench.desk.take('gw-1', signingRequest(privateKey, 'g'));
  await bench.desk.close();
  t.is(bench.sent.length, 1);
  for (let round = 0; round < 5; round += 1) {
    await bench.clock.advance(11 * SECOND_MS);
    await bench.ask('gw-1', privateKey);
    await bench.ask('gw-1', newKeys().privateKey);
  }
  t.is(bench.sent.length, 6);
  t.is(new Set(bench.sent.map(({certificate}) => certificate)).size, 1);
  t.is((await bench.desk.list('gw-1')).length, 2);
  await bench.ask('gw-2', newKeys().privateKey);
  t.is(bench.sent.at(-1)?.gateway, 'gw-2', 'nobody else waits for it');
  await bench.clock.advance(HOUR_MS);
  await bench.ask('gw-1', newKeys().privateKey);
  t.is((await bench.desk.list('gw-1')).length, 3);
});

test('an answer that was revoked meanwhile is not given again', async t => {
  const bench = await Bench.open(t);
  await bench.enrol('gw-1');
  const {privateKey} = newKeys();
  await bench.ask('gw-1', privateKey);
  await bench.enrol('gw-1');
  await bench.clock.advance(11 * SECOND_MS);
  await bench.ask('gw-1', privateKey);
  t.is(new Set(bench.sent.map(({certificate}) => certificate)).size, 2);
  t.true(await bench.desk.admits(await bench.newest('gw-1'), 'gw-1'));
});

test('gateways that come while one is noted share the next transaction, and older certificates of each end', async t => {
  const bench = await Bench.open(t);
  const shown = [];
  for (let number = 1; number <= 30; number += 1) shown.push(await bench.enrol(`gw-${number}`));
  const {store} = bench;
  const transaction = store.transaction.bind(store);
  let transactions = 0;
  const held: (() => void)[] = [];
  store.transaction = async work => {
    transactions += 1;
    if (transactions === 1) await new Promise<void>(resolve => held.push(resolve));
    return transaction(work);
  };
  const admitted = shown.map(one => bench.desk.admits(one, one.name));
  await store.read(db => new CertificateTable().list(db, 'gw-1'));
  held[0]?.();
  t.true((await Promise.all(admitted)).every(Boolean));
  t.is(transactions, 2);
  for (const {name} of shown) t.not((await bench.desk.list(name))[0]?.seenWall, null);
  await bench.clock.advance(SECOND_MS);
  await bench.ask('gw-3', newKeys().privateKey);
  const renewed = await bench.newest('gw-3');
  t.true(await bench.desk.admits(renewed, 'gw-3'));
  const known = await bench.desk.list('gw-3');
  t.deepEqual(known.map(({serial, why}) => [serial === renewed.serial, why]).toSorted(), [
    [false, 'renewed'],
    [true, null],
  ]);
  t.is((await bench.desk.list('gw-4'))[0]?.revokedWall, null, 'those of others stay');
});
