import type {Clock} from '../../../protocols/base/clock.js';
import {SiteTable} from '../tenancy/site-table.js';
import {CallIntake} from './call-intake.js';
import {CallTable} from './call-table.js';
import {CallTeller, type CallTellerOptions} from './call-teller.js';

/** Calls, as the parts towards the gateways know them. */
export interface CallParts {
  readonly callIntake: CallIntake;
  readonly callTeller: CallTeller;
}

export function assembleCallParts(options: CallTellerOptions & {readonly clock: Clock}): CallParts {
  const {clock, entropy} = options;
  return {
    callIntake: new CallIntake({clock, entropy, sites: new SiteTable(), calls: new CallTable()}),
    callTeller: new CallTeller(options),
  };
}
