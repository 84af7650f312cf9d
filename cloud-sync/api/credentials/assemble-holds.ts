import {LONGEST_WAY_MS} from '../../../protocols/site/travel-rules.js';
import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import {DueRunner} from '../orders/due-runner.js';
import {AuditLog} from '../tenancy/audit-log.js';
import type {Credentials} from './assemble-credentials.js';
import {HoldDesk} from './hold-desk.js';
import {addHolds} from './hold-routes.js';
import {HoldTable} from './hold-table.js';
import {RightUseFeeder} from './right-use-feeder.js';
import type {RightUseTable} from './right-use-table.js';

export interface Holds {
  addRoutes(api: Api): void;
  start(): void;
  stop(): Promise<void>;
  /** Hourly. */
  chores(): Promise<void>;
}

/** What follows from the use of rights, put together. */
export function assembleHolds(base: AreaBase, uses: RightUseTable, parts: Credentials): Holds {
  const {clock, entropy, log, store, sites, writer, changes, onGateways} = base;
  const {rights, credentials, desk} = parts;
  const holds = new HoldTable();
  const holdDesk = new HoldDesk({
    ...{clock, entropy, sites, uses, holds, credentials, desk, changes},
  });
  const feeder = new RightUseFeeder({
    ...{log, store, uses, rights, credentials, desk, holds: holdDesk, onGateways},
  });
  const runner = new DueRunner({
    ...{name: 'cloud.right-uses', clock, log, isShared: store.isShared},
    runDue: () => feeder.run(),
    nextDue: () => Promise.resolve(undefined),
  });
  uses.listen(() => runner.wake(clock.wallMs()));
  const audit = new AuditLog(clock, entropy);
  const shared = {store, writer, holds, holdDesk, credentials, audit, onGateways};
  return {
    addRoutes: api => addHolds(api, shared),
    start: () => runner.start(),
    stop: () => runner.stop(),
    chores: () => store.read(db => uses.prune(db, clock.wallMs() - 2 * LONGEST_WAY_MS)),
  };
}
