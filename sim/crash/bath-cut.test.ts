import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {WaterMeter} from '../devices/water-meter.js';
import {rest, until} from '../real/peer-process.js';
import {RealHouse} from '../real/real-house.js';
import {crashOptions} from './crash-options.js';
import {chooseCuts, judgeStates} from './judge-states.js';
import type {Recording} from './recording.js';
import {makeImage, SimDisk, withMounted} from './sim-disk.js';
import {clearWorkFolder, makeWorkFolder} from './work-folder.js';

const {seed: SEED} = crashOptions();
const CODE = '19057344';
const STALL = 'X-01';
const KEYS_MS = 9 * 300;
const DISK_MIB = 32;
const RUNS_MS = 9000;
const STATES = 4;
/** A state is booted minutes after its cut, and a bather has 5 min: so long is proved on virtual time. */
const PATIENT = {storeEveryMs: 1000, resumeMs: 3_600_000};
const IMPATIENT = {storeEveryMs: 1000, resumeMs: 4000};

/** A stall, and the disk of its gateway while somebody showers there. */
interface Recorded {
  readonly bath: RealHouse;
  readonly meter: WaterMeter;
  readonly recording: Recording;
  /** Length of the log when water began to run, and when the power went. */
  readonly span: readonly [from: number, to: number];
  readonly startMl: number;
}

async function record(t: ExecutionContext, folder: string): Promise<Recorded> {
  const bath = new RealHouse(t, {plan: {xintai: 1, rules: PATIENT}, codes: [CODE]});
  const {keypad, meter, pipe} = bath.house.stall(STALL);
  if (!(meter instanceof WaterMeter)) throw new Error('a stall with a Xintai meter');
  const image = join(folder, 'fresh.img');
  await makeImage(image, DISK_MIB);
  await withMounted(image, folder, mounted => bath.install(mounted));
  const disk = await SimDisk.insert(join(folder, 'disk'), image);
  const startMl = pipe.totalMl;
  const gateway = bath.start(disk.mounted);
  await bath.free();
  keypad.type(`${CODE}#`);
  await until('the valve opens', () => meter.orders.includes('open'), KEYS_MS + 8000);
  const from = disk.position();
  await until('water runs', () => pipe.flowMlPerMin > 0);
  await rest(RUNS_MS);
  const to = disk.position();
  await gateway.kill();
  await disk.remove();
  const {basePath, logPath} = disk;
  const recording = {basePath, logPath, notes: [], times: [], cards: {}, once: []};
  return {bath, meter, recording, span: [from, to], startMl};
}

/** Boot on a disk that was cut while water ran: shut before all else, then as `isPatient` has it. */
async function boot(
  t: ExecutionContext,
  {bath, meter, startMl}: Recorded,
  mounted: string,
  isPatient: boolean,
): Promise<void> {
  const {keypad, pipe} = bath.house.stall(STALL);
  pipe.order('open');
  await until('the valve is open as it was', () => pipe.valve === 'open');
  const orders = meter.orders.length;
  bath.configure(mounted, isPatient ? PATIENT : IMPATIENT);
  const before = bath.events('shower', mounted).at(-1);
  const gateway = bath.start(mounted);
  try {
    await until('it is told to shut', () => meter.orders.length > orders, 60_000);
    t.is(meter.orders[orders], 'close');
    await until('it is shut', () => pipe.valve === 'closed');
    if (isPatient) {
      await until('it waits', () => bath.house.screen(STALL).startsWith('Paused'), 60_000);
      await rest(2000);
      keypad.type(`${CODE}#`);
      await until('it goes on', () => pipe.valve === 'open', KEYS_MS + 8000);
      await rest(1500);
      keypad.press('*');
    }
    await bath.settled(1, mounted);
    if (!isPatient) {
      await bath.free();
      keypad.type(`${CODE}#`);
      const isRefused = () =>
        bath.events('decision', mounted).some(({reason}) => reason === 'ALREADY_USED');
      await until('the code is used up', isRefused, KEYS_MS + 8000);
    }
  } finally {
    await gateway.end();
  }
  const showers = bath.events('shower', mounted);
  const settled = showers.filter(({phase}) => phase === 'settled');
  t.deepEqual(
    settled.map(({end, session}) => [end, session]),
    [[isPatient ? 'stop' : 'power_cut', before?.session]],
  );
  const {meteredMl = 0, billedMl = 0, freeMl = 0, rinseMl = 0, usedFen = 0} = settled[0] ?? {};
  t.is(billedMl + freeMl + rinseMl, meteredMl);
  t.is(usedFen, Math.floor((billedMl * 20) / 1000));
  if (isPatient) t.is(meteredMl, pipe.totalMl - startMl);
  t.is(pipe.valve, 'closed');
}

test.serial(
  'E6 the power is cut while water runs: at the start the valve is shut before anything else, the same code goes on there with what is left, and without it the shower is settled once at its last reading',
  async t => {
    t.timeout(600_000);
    t.log(`seed ${SEED}`);
    const folder = makeWorkFolder();
    t.teardown(() => clearWorkFolder(folder));
    const recorded = await record(t, folder);
    const {recording, span} = recorded;
    const cuts = chooseCuts({recording, seed: SEED, states: STATES, between: [span]});
    let booted = 0;
    const states = await judgeStates({
      ...{recording, folder: join(folder, 'cuts'), seed: SEED, cuts, lanes: 1},
      afterwards: async (mounted, {findings}) => {
        t.deepEqual(findings.problems, []);
        await boot(t, recorded, mounted, booted % 2 === 0);
        booted += 1;
      },
    });
    t.is(states.length, STATES);
    t.is(booted, STATES);
  },
);
