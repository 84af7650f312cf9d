import type {Clock} from '../../protocols/base/clock.js';
import {asId} from '../../protocols/site/ids.js';
import type {SiteConfig} from '../config/schema.js';
import type {TestParts} from '../device-test/contract.js';
import type {LotInput} from '../domain/lot/contract.js';
import type {LotState} from '../domain/lot/lot-state.js';
import type {OrderDesk} from './order-desk.js';
import type {SiteHardware} from './site-hardware.js';

/** Sees an input before the lot does; `true` keeps it from the lot. */
export type InputTaker = (input: LotInput) => boolean;

/** A running site as the tests of its single devices use it. */
export function testParts(site: {
  readonly config: SiteConfig;
  readonly clock: Clock;
  readonly hardware: SiteHardware;
  readonly desk: OrderDesk;
  readonly takers: Set<InputTaker>;
  readonly lot: () => LotState;
  readonly tell: (input: LotInput) => void;
}): TestParts {
  const {config, clock, hardware, desk, takers, lot, tell} = site;
  return {
    ...{config, clock, lot, tell},
    wireOf: device => hardware.wireOf(device),
    readingOf: device => hardware.device(asId(device))?.describe(),
    runWater: (stall, seconds) => hardware.runWater(stall, seconds),
    orderToEnd: (bay, desired, person, reason) =>
      new Promise(resolve => {
        desk.order(bay, desired, {kind: 'person', person, reason}, result => {
          if (result.kind !== 'accepted') resolve(result);
        });
      }),
    watch: taker => {
      takers.add(taker);
      return () => void takers.delete(taker);
    },
  };
}
