import type {Entropy} from '../../../protocols/base/clock.js';
import {SECOND_MS} from '../../../protocols/base/units.js';
import {asId, type BayId, type CommandId} from '../../../protocols/site/ids.js';
import type {Downlink} from '../downlink.js';
import type {GatewaySessions} from '../gateway-sessions.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {GatewayTable} from '../store/gateway-table.js';

export interface CallTellerOptions {
  readonly entropy: Entropy;
  readonly store: CloudStore;
  readonly gateways: GatewayTable;
  readonly sessions: GatewaySessions;
  readonly downlink: Downlink;
}

const TTL_MS = 10 * SECOND_MS;

/**
 * Tells a gateway who took a call from afar, as an act for its present session. It may be told again and again:
 * a call is taken once, whoever comes later is refused there.
 */
export class CallTeller {
  readonly #options: CallTellerOptions;

  constructor(options: CallTellerOptions) {
    this.#options = options;
  }

  /** False when it cannot be expected to hear us. */
  async tell(
    gateway: string,
    {alarm, by}: {readonly alarm: string; readonly by: string},
  ): Promise<boolean> {
    const {entropy, store, gateways, sessions, downlink} = this.#options;
    const session = sessions.online(gateway);
    if (!session) return false;
    const ref = sessions.referenceOf(session);
    const n = await store.transaction(tx => gateways.nextCommand(tx, gateway));
    const id = asId<CommandId>(entropy.ulid());
    downlink.send(gateway, 'cmd', {
      ...{id, sid: session.sid, ref, ttl: TTL_MS, kind: 'acknowledge', n, by},
      door: asId<BayId>(alarm),
    });
    return true;
  }
}
