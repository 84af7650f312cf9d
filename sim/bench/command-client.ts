import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {answer} from './child.js';

const LIVING_UNITS = 8;
const STORM_PERIOD_MS = 1000;
const WARM_UP_MS = 3000;
/** A poll of a dead slave holds the line for about so long; commands come at any moment of it. */
const DEAD_FLIGHT_MS = 100;
const REST_MS = 60;

/** How commands and polls fared beside each other. */
export interface CommandReport {
  /** From handing a command over to its frame leaving, each while the poll of a dead slave was under way. */
  readonly waitsMs: readonly number[];
  readonly stormCommands: number;
  readonly stormPolls: number;
  readonly starvedPolls: number;
}

/** `PATH BAUD COMMANDS DEAD-UNIT STORM-MS`: commands beside a dead slave, then more commands than the line takes. */
export async function run(args: readonly string[]): Promise<undefined> {
  const [path = '', baud, commands, deadUnit, stormMs] = args;
  const clock = new SystemClock();
  const fraction = () => Math.random();
  const baudRate = Number(baud);
  const line = new SharedLine({
    link: createSerialLink({path, baudRate, clock, fraction}),
    clock,
    fraction,
    baudRate,
  });
  const bus = new ModbusBus(line);
  let polls = 0;
  for (let unit = 1; unit <= LIVING_UNITS; unit += 1) {
    bus.poll({
      read: {unit, table: 'holding', address: 0, quantity: 1},
      periodMs: () => STORM_PERIOD_MS,
      onHealth: () => {},
      onOutcome: outcome => {
        if (outcome.kind === 'values') polls += 1;
      },
    });
  }
  line.open();
  await clock.sleep(WARM_UP_MS);
  const command = (unit: number) =>
    bus.write({unit, address: 9, kind: 'register', values: [1], lane: 'command'});
  const waitsMs: number[] = [];
  for (let count = 0; count < Number(commands); count += 1) {
    const dead = {unit: Number(deadUnit), table: 'holding', address: 0, quantity: 1} as const;
    const silent = bus.read({...dead, lane: 'poll'});
    await clock.sleep(Math.random() * DEAD_FLIGHT_MS);
    await command((count % LIVING_UNITS) + 1);
    waitsMs.push(line.counters().lanes.command.lastWaitMs);
    await silent;
    await clock.sleep(REST_MS);
  }
  const [pollsBefore, starvedBefore] = [polls, line.counters().starvedPolls];
  const untilMs = clock.nowMs() + Number(stormMs);
  let stormCommands = 0;
  const writer = async (unit: number) => {
    while (clock.nowMs() < untilMs) {
      await command(unit);
      stormCommands += 1;
    }
  };
  await Promise.all([writer(1), writer(2), writer(3), writer(4)]);
  answer({
    waitsMs,
    stormCommands,
    stormPolls: polls - pollsBefore,
    starvedPolls: line.counters().starvedPolls - starvedBefore,
  } satisfies CommandReport);
  await line.close();
  return undefined;
}
