import type {Clock} from '../../protocols/base/clock.js';
import {asId, type BayId, type PersonId} from '../../protocols/site/ids.js';
import type {OrderResult} from '../domain/lot/contract.js';
import type {PageActions, PageView} from '../page/view.js';
import type {TriedSite} from './contract.js';

/** A running site as the wizard uses it. */
export interface RunningTrial {
  readonly site: Pick<PageView, 'state'> & Pick<PageActions, 'order'>;
  readonly clock: Clock;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 250;
/** Six tries 5 s apart, and some slack. */
const ORDER_LIMIT_MS = 40_000;
const SETTLE_LIMIT_MS = 20_000;
/** Good polls after a start before an arm is ordered, and the display's first screen. */
const CALM_MS = 3000;

/** The site that the wizard wrote, with the installer as its one person. */
export function triedSite({site, clock, close}: RunningTrial, person: string): TriedSite {
  const finalResult = async (bay: string): Promise<OrderResult> => {
    const untilMs = clock.nowMs() + ORDER_LIMIT_MS;
    while (clock.nowMs() < untilMs) {
      await clock.sleep(LOOK_EVERY_MS);
      const {bays} = site.state();
      const result = bays.find(({id}) => id === bay)?.lastOrder;
      if (result && result.kind !== 'accepted') return result;
    }
    return {kind: 'failed', why: `not within ${ORDER_LIMIT_MS / 1000} s`};
  };
  return {
    order: async (bay, desired) => {
      const by = {person: asId<PersonId>(person), reason: 'latchkey init'};
      const first = await site.order({bay: asId<BayId>(bay), desired, ...by});
      return first.kind === 'accepted' ? finalResult(bay) : first;
    },
    settle: async () => {
      const untilMs = clock.nowMs() + SETTLE_LIMIT_MS;
      const silent = () => site.state().bays.filter(({health}) => health !== 'ok');
      while (silent().length > 0 && clock.nowMs() < untilMs) await clock.sleep(LOOK_EVERY_MS);
      await clock.sleep(CALM_MS);
      return silent().map(({id}) => id);
    },
    close,
  };
}
