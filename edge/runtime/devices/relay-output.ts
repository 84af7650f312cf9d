import type {RelayOutcome} from '../../../drivers/relay-board/contract.js';
import {HeldRelay} from '../../../drivers/relay-board/held-relay.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import {outcomeOf} from './gate-devices.js';
import type {PlantParts} from './plant-parts.js';
import type {DeviceOrder, DeviceOrders, SiteDevice} from './site-device.js';

type Act = 'open' | 'close' | 'pulse';

/**
 * One output of a relay board that nothing else of the site uses. `open` switches it on, `close` off: each
 * goes out once, and what the board reads afterwards is journalled. What hangs on it is nobody's business
 * here, so that the cloud may order only what the site file names.
 */
export function createRelayOutput(config: PlantOf<'relay-output'>, parts: PlantParts): SiteDevice {
  const {reports, plant} = parts;
  const {output, pulseMs, remote} = config;
  const relays = plant.relays.board(config.relays);
  let isOn: boolean | undefined;
  /** For calls: kept through losses of the board. */
  let held: HeldRelay | undefined;
  const leave = relays.watch({
    onOutputs: outputs => {
      const now = outputs[output];
      if (now === undefined || now === isOn) return;
      isOn = now;
      reports.onEvent('relay', {isOn});
    },
    onHealth: () => {},
  });
  const acts: Readonly<Record<Act, () => Promise<RelayOutcome>>> = {
    open: () => relays.set(output, true),
    close: () => relays.set(output, false),
    pulse: () => relays.pulse(output, pulseMs),
  };
  const order = (act: Act): DeviceOrder => ({
    refusal: () => undefined,
    run: over => void acts[act]().then(outcome => over(outcomeOf(outcome))),
  });
  const orders: DeviceOrders = Object.fromEntries(remote.map(act => [act, order(act)]));
  return {
    get health() {
      return relays.health;
    },
    describe: () => {
      if (isOn === undefined) return '';
      return isOn ? 'on' : 'off';
    },
    actions: {open: () => void acts.open(), close: () => void acts.close()},
    orders,
    onCallOutput: on => {
      held ??= new HeldRelay({name: `call ${config.id}`, clock: parts.clock, relays, output});
      held.set(on);
    },
    close: () => {
      held?.close();
      leave();
    },
  };
}
