import type {Millis} from '../../../protocols/base/clock.js';
import {SECOND_MS} from '../../../protocols/base/units.js';
import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import {DueRunner} from '../orders/due-runner.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {HttpsPoster} from './https-poster.js';
import {WebhookDesk} from './webhook-desk.js';
import {addWebhooks} from './webhook-routes.js';
import {WebhookSender} from './webhook-sender.js';
import {WebhookTable} from './webhook-table.js';

/** After a change was written. */
const SOON_MS: Millis = SECOND_MS / 4;

export interface Webhooks {
  addRoutes(api: Api): void;
  start(): void;
  prune(): Promise<void>;
  stop(): Promise<void>;
}

/** Who hears of changes, and what sends it there. */
export function assembleWebhooks(base: AreaBase): Webhooks {
  const {clock, entropy, log, store, writer, changes, box} = base;
  const table = new WebhookTable();
  const audit = new AuditLog(clock, entropy);
  const desk = new WebhookDesk({clock, entropy, table, box, audit});
  const poster = new HttpsPoster({clock});
  const sender = new WebhookSender({
    ...{clock, entropy, log, store, table, box, changes, poster},
    onRoom: () => wake(),
  });
  const runner = new DueRunner({
    ...{name: 'cloud.webhooks', clock, log, isShared: store.isShared},
    runDue: () => sender.run(),
    nextDue: () => sender.nextDue(),
  });
  const wake = () => runner.wake(clock.wallMs());
  // Many changes come together, and none has its number at once.
  changes.onNote(() => runner.wake(clock.wallMs() + SOON_MS));
  return {
    addRoutes: api => addWebhooks(api, {store, writer, desk, table, onQueued: wake}),
    start: () => runner.start(),
    prune: () => sender.prune(),
    stop: async () => {
      // What is under way ends at once; a run that is under way begins nothing more.
      await Promise.all([sender.stop(), runner.stop()]);
      await sender.settled();
    },
  };
}
