import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import type {Millis} from '../../protocols/base/clock.js';
import {InternalError} from '../../protocols/base/errors.js';
import {type HousePlan, houseLines} from '../plan/house-plan.js';
import {DisplayLag} from '../site/display-lag.js';
import {SimHouse, type SimStall} from '../site/sim-house.js';
import {PseudoTerminal} from '../wire/pseudo-terminal.js';
import {answer} from './child.js';

/** What the bathers of one line saw. */
export interface LineReport {
  /** From the enter key of a code to the order that opens the valve, at the valve. */
  readonly enterToValveMs: readonly Millis[];
  /** From a tenth of a litre having run to a display that says so. */
  readonly displayLagMs: readonly Millis[];
  /** Distance of two reads of one keypad. */
  readonly cycleMs: readonly Millis[];
  /** Codes that were typed and opened nothing. */
  readonly unheard: number;
}

/** Two keys of a bather who reads his code from a phone. */
const KEY_GAP_MS = 600;
const SHORTEST_MS = 20_000;
const SPREAD_MS = 15_000;
const OPENS_WITHIN_MS = 15_000;

/** `PLAN`: stalls on their lines, each at the speed of its wire. Then a line of codes: bathers use them up, one after the other. */
export async function run([text = '{}']: readonly string[]): Promise<undefined> {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const plan = JSON.parse(text) as HousePlan;
  const ports = new Map(
    houseLines(plan).map(name => [name, new PseudoTerminal(join(folder, name))] as const),
  );
  const opened = new Map<string, Millis>();
  const house = new SimHouse({
    ...{plan, clock, entropy, farEnd: (name: string) => portOf(ports, name)},
    ...{pacing: 'bytes', precise: true},
    onValve: (stall, order) => {
      if (order === 'open') opened.set(stall, clock.nowMs());
    },
  });
  const seen = {enterToValveMs: [] as number[], displayLagMs: [] as number[], unheard: 0};
  answer({paths: Object.fromEntries([...ports].map(([name, {path}]) => [name, path]))});
  let codes: string[] | undefined;
  let isOver = false;
  const bathe = async (stall: SimStall): Promise<void> => {
    await clock.sleep(SPREAD_MS * entropy.fraction());
    while (!isOver) {
      const code = codes?.shift();
      if (code === undefined) return;
      await free(house, stall.id, () => isOver);
      opened.delete(stall.id);
      stall.keypad.type(code, KEY_GAP_MS);
      await clock.sleep(KEY_GAP_MS * (code.length + entropy.fraction()));
      const enterMs = clock.nowMs();
      stall.keypad.press('#');
      const atMs = await openedAt(opened, stall.id);
      if (atMs === undefined) {
        seen.unheard += 1;
        continue;
      }
      seen.enterToValveMs.push(atMs - enterMs);
      const untilMs = clock.nowMs() + SHORTEST_MS + SPREAD_MS * entropy.fraction();
      const lag = new DisplayLag(stall, seen.displayLagMs);
      while (clock.nowMs() < untilMs && !isOver) {
        await clock.sleep(20);
        lag.look(clock.nowMs());
      }
      stall.keypad.press('*');
    }
  };
  const openedAt = async (at: ReadonlyMap<string, Millis>, id: string) => {
    const untilMs = clock.nowMs() + OPENS_WITHIN_MS;
    while (!at.has(id) && clock.nowMs() < untilMs) await clock.sleep(5);
    return at.get(id);
  };
  for await (const line of createInterface({input: process.stdin})) {
    if (line.startsWith('codes ')) {
      codes = line.slice('codes '.length).split(' ');
      for (const stall of house.stalls) void bathe(stall);
      continue;
    }
    if (line !== 'report') continue;
    isOver = true;
    answer({...seen, cycleMs: cyclesOf(house)} satisfies LineReport);
  }
  house.close();
  for (const port of ports.values()) await port.close();
  rmSync(folder, {recursive: true});
  return undefined;
}

function portOf(ports: ReadonlyMap<string, PseudoTerminal>, name: string): PseudoTerminal {
  const port = ports.get(name);
  if (port) return port;
  throw new InternalError('bench/child', `no line is called ${name}`);
}

async function free(house: SimHouse, id: string, isOver: () => boolean): Promise<void> {
  while (!isOver() && !house.screen(id).startsWith('Type your code')) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** From the log of the line: when each keypad was asked. */
function cyclesOf(house: SimHouse): readonly Millis[] {
  const asked = new Map<number, Millis>();
  const cycles: Millis[] = [];
  const keypads = new Set(house.stalls.map(({keypad}) => keypad.unit));
  for (const line of house.lines.values()) {
    for (const {atMs, direction, bytes} of line.log.entries) {
      const [unit = 0, functionCode] = bytes;
      if (direction !== 'toDevices' || functionCode !== 4 || !keypads.has(unit)) continue;
      const before = asked.get(unit);
      if (before !== undefined) cycles.push(atMs - before);
      asked.set(unit, atMs);
    }
  }
  return cycles;
}
