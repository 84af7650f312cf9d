import {writeSync} from 'node:fs';
import {MemoryFeed} from '../../../drivers/port/memory-feed.js';
import {createMemoryHid} from '../../../drivers/port/memory-hid.js';
import {createMemoryPair} from '../../../drivers/port/memory-link.js';
import {yieldTurn} from '../../../edge/platform/event-loop.js';
import type {Log} from '../../../edge/platform/log.js';
import {EdgeDaemon} from '../../../edge/runtime/edge-daemon.js';
import {SeededEntropy} from '../../clock/seeded-entropy.js';
import {TimeServer} from '../../clock/time-server.js';
import {VirtualClock} from '../../clock/virtual-clock.js';
import {SimSite} from '../../site/sim-site.js';
import {SwitchedEnd} from '../../wire/switched-end.js';
import {CRASH_COLLECTORS} from './crash-site.js';
import {CrashStory, settlePlant} from './crash-story.js';
import {readLife, tell, witnessed} from './witness.js';

const STDERR = 2;
const complain = (event: string, fields?: object) =>
  void writeSync(STDERR, `${event} ${JSON.stringify(fields ?? {})}\n`);
const quiet = () => {};
const LOG: Log = {
  debug: quiet,
  info: quiet,
  notice: quiet,
  warn: quiet,
  error: complain,
  fatal: complain,
  child: () => LOG,
};

/** A site on virtual time with a real database, that lives until somebody kills it. */
const life = readLife();
const clock = new VirtualClock({yieldTurn, wallMs: life.wallMs});
const ends = new Map<string, SwitchedEnd>();
const endOf = (name: string) => {
  const end = ends.get(name) ?? new SwitchedEnd();
  ends.set(name, end);
  return end;
};
const site = new SimSite({
  collectors: CRASH_COLLECTORS,
  clock,
  entropy: new SeededEntropy(life.seed),
  farEnd: endOf,
  keys: new Map(),
  pacing: 'frame',
});
await settlePlant({site, clock, life});
tell({kind: 'powerOn'});
const edge = new EdgeDaemon({
  config: life.config,
  databasePath: life.databasePath,
  version: '0.0.0-crash',
  secrets: {readFile: () => '05'.repeat(32), env: () => undefined},
  clock,
  entropy: new SeededEntropy(life.seed),
  log: LOG,
  openLink: (link, name) => {
    const path = link.kind === 'serial' ? link.path : name;
    const pair = createMemoryPair({clock, name: path});
    endOf(path).switchTo(pair.far);
    return path.startsWith('line-') ? witnessed(pair.link) : pair.link;
  },
  openHid: () => createMemoryHid(clock).source,
  openFeed: () => new MemoryFeed(clock),
  ntp: new TimeServer(),
  builtMs: 0,
  warnings: [],
});
await new CrashStory({site, clock, edge, seed: life.seed}).play();
