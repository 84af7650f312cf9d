import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {toHex} from '../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {yieldTurn} from '../platform/event-loop.js';
import {cuttable} from './cuttable-disk.js';
import {type Disk, SYSTEM_DISK} from './disk.js';
import {SiteStore} from './site-store.js';
import {commit} from './store-rig.js';

function open(folder: string, seed: number, disk: Disk = SYSTEM_DISK): SiteStore {
  return new SiteStore({
    ...{path: join(folder, 'lot.db'), site: 'lot-1', secretKey: new Uint8Array(32), disk},
    ...{clock: new VirtualClock({yieldTurn}), entropy: new SeededEntropy(seed)},
    clockState: () => 'ok',
  });
}

/** Each unconfirmed event as the cloud would be told of it: by its first place. */
function sent({outbox}: SiteStore): readonly string[] {
  const from = outbox.acked() + 1;
  const origins = outbox.origins(from, 1000);
  return outbox.read(from, 1000).map(({seq, body}, index) => {
    const [epoch, first] = origins[index] ?? [outbox.epoch(), seq];
    return `${epoch}/${first} ${body}`;
  });
}

function chainHolds({outbox}: SiteStore): boolean {
  let hash = outbox.hashAt(outbox.low() - 1) ?? CHAIN_START;
  let last = outbox.low() - 1;
  for (const {seq, body} of outbox.read(1, 1000)) {
    hash = chainHash(hash, seq, body);
    last += 1;
    if (seq !== last || toHex(hash) !== toHex(outbox.hashAt(seq) ?? CHAIN_START)) return false;
  }
  return last === outbox.head();
}

/** The folder as it was at each moment at which the power could fail. */
function cutsOf(t: ExecutionContext, folder: string, work: (disk: Disk) => void) {
  const cuts: string[] = [];
  const cut = () => {
    const copy = mkdtempSync(join(tmpdir(), 'latchkey-cut-'));
    t.teardown(() => rmSync(copy, {recursive: true, force: true}));
    cpSync(folder, copy, {recursive: true});
    cuts.push(copy);
  };
  work(cuttable({before: cut, after: cut}));
  cut();
  return cuts;
}

test('G14 wherever the power fails while an epoch begins, twice over: every event is there once, on one chain, under the place that the cloud knows', t => {
  const fold = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(fold, {recursive: true}));
  let runs = 0;
  let states = 0;
  fc.assert(
    fc.property(
      fc.array(fc.record({events: fc.integer({min: 0, max: 4}), acked: fc.nat(5)}), {
        ...{minLength: 1, maxLength: 3},
      }),
      fc.nat(30),
      fc.nat(30),
      (rounds, first, second) => {
        runs += 1;
        const folder = mkdtempSync(join(fold, 'site-'));
        const store = open(folder, runs);
        for (const {events, acked} of rounds) {
          commit(store, ...Array.from({length: events}, (_, index) => `${runs} ${index}`));
          store.outbox.markAcked(Math.min(store.outbox.head(), store.outbox.acked() + acked));
        }
        const before = sent(store);
        store.close();
        const cuts = cutsOf(t, folder, disk => {
          const site = open(folder, runs + 1000, disk);
          site.outbox.startNewEpoch('rollback');
          site.close();
        });
        const cut = cuts[first % cuts.length] ?? folder;
        const again = cutsOf(t, cut, disk => open(cut, runs + 2000, disk).close());
        for (const state of [cut, again[second % again.length] ?? cut]) {
          const found = open(state, runs + 3000);
          const held = sent(found);
          states += 1;
          const isWhole = before.every((event, index) => held[index] === event);
          const added = held
            .slice(before.length)
            .filter(event => !/"why":"(rollback|epoch_)/.test(event));
          const isSound = chainHolds(found);
          found.close();
          if (!isWhole || added.length > 0 || !isSound) return false;
        }
        return true;
      },
    ),
    {numRuns: 25},
  );
  t.true(states === 50);
});
