import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {parse} from 'yaml';
import {MemoryFeed} from '../../drivers/port/memory-feed.js';
import {createMemoryHid} from '../../drivers/port/memory-hid.js';
import {createMemoryPair} from '../../drivers/port/memory-link.js';
import {type InitMachine, initSite} from '../../edge/commands/init.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {createJsonLog} from '../../edge/platform/json-log.js';
import {readTextFile} from '../../edge/platform/text-file.js';
import {fromHex} from '../../protocols/base/bytes.js';
import {UsageError} from '../../protocols/base/errors.js';
import {asId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {TimeServer} from '../clock/time-server.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {type CollectorPlan, LINE_BAUD_RATE} from '../plan/site-plan.js';
import {SimSite} from '../site/sim-site.js';
import type {LineDevice} from '../wire/line-device.js';
import {SwitchedEnd} from '../wire/switched-end.js';

const ZONES = ['A', 'B', 'D'];
const SWAPPED = 'line-C1';
const DOUBLE = 'line-C2';
const SLOW = 'line-C3';
/** At which speed the devices of the third line were set in the workshop. */
const SLOW_BAUD_RATE = 19_200;
const PLANS: readonly CollectorPlan[] = ZONES.map((zone, index) => ({
  id: `C${index + 1}`,
  ...{zone, arrow: '→', kind: 'plain', keyFile: undefined},
  bays: [1, 2, 3].map(bay => `${zone}-00${bay}`),
  lineLink: {
    kind: 'serial',
    path: `line-C${index + 1}`,
    baudRate: index === 2 ? SLOW_BAUD_RATE : LINE_BAUD_RATE,
  },
  readerLink: {kind: 'serial', path: `C${index + 1}`, baudRate: LINE_BAUD_RATE},
}));

/** Bias and wires the wrong way round: the receiver sees breaks whenever somebody stops talking. */
class SwappedPair implements LineDevice {
  readonly unit = 'swapped pair';
  receive(frame: Uint8Array) {
    return [{afterMs: 1, bytes: fromHex((frame[0] ?? 0) % 2 === 0 ? '00 00 FF' : '00 FF 00 00')}];
  }
}

/** A car park on the installer's first day: three lines, three readers, and a fault on each line. */
class FirstDay {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-init-'));
  readonly clock = new VirtualClock({yieldTurn});
  readonly site: SimSite;
  readonly told: string[] = [];
  readonly asked: string[] = [];
  readonly #ends = new Map<string, SwitchedEnd>();
  readonly #swap = new SwappedPair();
  readonly #stray: ParkingLock;
  readonly #moved: ParkingLock;
  #heart = this.#beat();
  /** Of the third lock on the third line, by its switches. */
  #oddSpeed = LINE_BAUD_RATE;
  /** What the installer knows of the last sentence. */
  #toMend = '';

  constructor() {
    const {clock} = this;
    this.site = new SimSite({
      collectors: PLANS,
      ...{clock, entropy: new SeededEntropy(3), keys: new Map(), pacing: 'frame'},
      farEnd: name => this.#end(name),
    });
    const first = this.site.line('C1');
    for (const unit of [1, 2, 3, 31, 32]) first.faults.setUnit(unit, {requestLoss: 1});
    first.attach(this.#swap);
    this.#moved = this.site.lock('B-003');
    this.site.line('C2').detach(this.#moved);
    this.#stray = new ParkingLock({clock, unit: 2, turnaroundMs: 7, arm: 'down'});
    this.site.line('C2').attach(this.#stray);
  }

  machine(): InitMachine {
    const {clock} = this;
    const entropy = new SeededEntropy(9);
    return {
      clock,
      entropy,
      log: createJsonLog({clock, level: 'error', destination: {write: () => {}}}),
      openLink: (link, name) => {
        const path = link.kind === 'serial' ? link.path : name;
        const pair = createMemoryPair({clock, name: path});
        this.#end(path).switchTo(pair.far);
        if (path === SLOW) {
          for (const unit of [1, 2, 3, 31, 32]) {
            const isOther = link.baudRate !== (unit === 3 ? this.#oddSpeed : SLOW_BAUD_RATE);
            this.site.line('C3').faults.setUnit(unit, {baudMismatch: isOther});
          }
        }
        if (path === SWAPPED || path === DOUBLE) {
          const line = this.site.line(path.slice(-2));
          line.faults.set({baudMismatch: link.baudRate !== LINE_BAUD_RATE});
        }
        return pair.link;
      },
      openHid: () => createMemoryHid(clock).source,
      openFeed: () => new MemoryFeed(clock),
      ntp: new TimeServer(),
      ...{builtMs: 0, threadPoolSize: 24},
      readText: readTextFile,
      env: () => undefined,
      request: () => Promise.reject(new UsageError('sim/absent', 'nobody is asked')),
      secretReader: () => ({readFile: () => undefined, env: () => undefined}),
      connectCloud: () => {
        throw new UsageError('sim/absent', 'there is no cloud');
      },
      ports: () =>
        PLANS.flatMap(({id}) => [`line-${id}`, id]).map(path => ({
          ...{path, byId: undefined, byPath: undefined, group: 'dialout', mayOpen: true},
          ...{vendorId: undefined, productId: undefined, product: undefined, holder: undefined},
          ...{serialNumber: undefined, interfaceNumber: undefined},
        })),
      tell: line => {
        this.told.push(line);
        this.#toMend = line;
      },
      ask: question => this.#answer(question),
      writeText: writeFileSync,
    };
  }

  close(): void {
    this.#heart.cancel();
    this.site.close();
    rmSync(this.folder, {recursive: true, force: true});
    this.clock.assertIdle();
    const [harm] = this.site.harm;
    if (harm) throw new UsageError('sim/harm', `${harm.bay}: ${harm.what}`);
  }

  /** The installer: does what the last sentence says, and knows nothing else. */
  async #answer(question: string): Promise<string> {
    this.asked.push(question);
    if (question.includes('mend it')) return this.#mend();
    if (question.includes('hold a card')) {
      const [, line = ''] = /by the line line-(C\d)/.exec(question) ?? [];
      const {reader} = this.site.plainPost(line);
      reader.present({uid: asId('0A1B2C3D4E')});
      await this.clock.sleep(700);
      reader.remove();
      await this.clock.sleep(500);
    }
    return '';
  }

  async #mend(): Promise<string> {
    await this.clock.sleep(60_000);
    const what = this.#toMend;
    if (/swap A and B/.test(what)) {
      const line = this.site.line('C1');
      line.detach(this.#swap);
      line.faults.clear();
      return '';
    }
    if (/unplug one device after the other/.test(what)) {
      this.site.line('C2').detach(this.#stray);
      this.site.line('C2').attach(this.#moved);
      return '';
    }
    const [, speed] = /set the speed of device 3 to (\d+) Bd/.exec(what) ?? [];
    if (speed === undefined) return 's';
    this.#oddSpeed = Number(speed);
    return '';
  }

  #end(name: string): SwitchedEnd {
    const known = this.#ends.get(name) ?? new SwitchedEnd();
    this.#ends.set(name, known);
    return known;
  }

  /** The page's real socket needs turns of the event loop while virtual time passes. */
  #beat(): ReturnType<VirtualClock['timer']> {
    return this.clock.timer('event loop', 50, () => {
      this.#heart = this.#beat();
    });
  }
}

/** The commands that the README tells an installer to type, in order. */
function commandsOfReadme(t: ExecutionContext): readonly string[] {
  const [, section = ''] = readFileSync('README.md', 'utf8').split(
    '\n## From the box to the first opened lock\n',
  );
  t.not(section, '', 'the README has the section');
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];
  return block.split('\n').filter(line => line.startsWith('latchkey '));
}

test('an installer with nothing but the README: swapped A/B on one line, a double address on the second, wrong baud rates on the third are found, named and cured, each lock moves once, and the site works', async t => {
  t.deepEqual(
    commandsOfReadme(t).map(line => line.split(' ').slice(0, 2).join(' ')),
    ['latchkey scan', 'latchkey init', 'latchkey doctor'],
  );
  const day = new FirstDay();
  t.teardown(() => day.close());
  const config = join(day.folder, 'site.yaml');
  const started = initSite({config, language: 'en', json: true}, '0.0.0', day.machine());
  const {exitCode, lines} = await day.clock.settle(started);
  const told = day.told.join('\n');

  t.regex(told, /all garbage: .*\n.*swap A and B/);
  t.regex(told, /device 2: .*two devices bear this address\n.*unplug one device after the other/);
  t.true(
    told.includes(
      `${SLOW}: ${SLOW_BAUD_RATE} Bd: 1 parking-lock, 2 parking-lock, 3 parking-lock, 31 display, 32 emergency-button`,
    ),
    told,
  );
  t.true(
    told.includes(`device 3 talks at ${LINE_BAUD_RATE} Bd, and its line at ${SLOW_BAUD_RATE} Bd`),
  );
  t.is(day.asked.filter(question => question.includes('mend it')).length, 3, 'each mended once');

  t.is(exitCode, 0, `${told}\n${lines.join('\n')}`);
  const result = JSON.parse(lines[0] ?? '');
  t.like(result, {isWorking: true, unproven: []});
  t.is(result.proven.length, 9);
  const site = parse(readFileSync(config, 'utf8'));
  t.deepEqual(
    site.buses.map(({link}: {link: {path: string; baudRate: number}}) => [
      link.path,
      link.baudRate,
    ]),
    [
      [SWAPPED, LINE_BAUD_RATE],
      [DOUBLE, LINE_BAUD_RATE],
      [SLOW, SLOW_BAUD_RATE],
    ],
  );
  for (const plan of PLANS) {
    for (const bay of plan.bays) {
      t.is(day.site.commandTimes(bay, 'lower').length, 1, bay);
      t.is(day.site.commandTimes(bay, 'raise').length, 1, bay);
      t.is(day.site.lock(bay).arm, 'up', bay);
    }
  }
});
