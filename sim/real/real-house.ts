import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import Sqlite from 'better-sqlite3';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {fromHex} from '../../protocols/base/bytes.js';
import type {SiteEventBodies, SiteEventKind} from '../../protocols/site/events.js';
import {DATABASE, SECRET_KEY_HEX} from '../crash/crash-park.js';
import {GatewayProcess} from '../crash/gateway-process.js';
import {
  HOUSE_BAUD_RATE,
  type HousePlan,
  houseLines,
  housePlant,
  stallNames,
} from '../plan/house-plan.js';
import {siteYaml} from '../plan/site-plan.js';
import {showerRight} from '../scenarios/shower-right.js';
import {StoreChannel} from '../scenarios/store-channel.js';
import {SimHouse} from '../site/sim-house.js';
import {rest, until} from './peer-process.js';
import {freshFolder, freshTerminal} from './real-site.js';

export interface RealHouseOptions {
  readonly plan: HousePlan;
  /** Meters that somebody else plays, on a line of their own: its port and the unit of the only one. */
  readonly meters?: {readonly path: string; readonly unit: number};
  /** A code good for one shower at any stall, by its digits. */
  readonly codes: readonly string[];
}

const SITE = 'bath-1';
/** Every device of a line has had its turn. */
const HEARD_MS = 1500;

/** `latchkey run` on a bathhouse whose lines are serial ports of this machine; a gateway without a cloud. */
export class RealHouse {
  readonly house: SimHouse;
  readonly #folder: string;
  readonly #t: ExecutionContext;
  readonly #options: RealHouseOptions;

  constructor(t: ExecutionContext, options: RealHouseOptions) {
    const {plan} = options;
    const folder = freshFolder(t);
    this.#t = t;
    this.#folder = folder;
    this.#options = options;
    const clock = new SystemClock();
    const entropy = new SystemEntropy(clock);
    const pathOf = (line: string) => this.#pathOf(line);
    const ends = new Map(houseLines(plan).map(line => [line, freshTerminal(t, pathOf(line))]));
    const farEnd = (line: string) => {
      const end = ends.get(line);
      if (!end) throw new Error(`no line ${line}`);
      return end;
    };
    this.house = new SimHouse({plan, clock, entropy, farEnd, pacing: 'bytes'});
    t.teardown(() => this.house.close());
    // Without a cloud somebody has to vouch for the clock, or codes of an earlier run are of no age.
    const tool = join(folder, 'timedatectl');
    writeFileSync(tool, '#!/bin/sh\necho yes\n');
    chmodSync(tool, 0o755);
  }

  /** Lay out a gateway's folder: site file, key, and a database with the codes. */
  install(folder = this.#folder): void {
    writeFileSync(join(folder, 'secret.key'), SECRET_KEY_HEX, {mode: 0o600});
    this.configure(folder);
    this.#give(folder);
  }

  /** Write its site file, with other rules of the bath than those it was planned with. */
  configure(folder = this.#folder, rules?: object): void {
    const {plan} = this.#options;
    const options = rules ? {...this.#options, plan: {...plan, rules}} : this.#options;
    writeFileSync(
      join(folder, 'site.yaml'),
      siteFile(options, line => this.#pathOf(line)),
    );
  }

  /** The daemon in a process of its own. */
  start(folder = this.#folder): GatewayProcess {
    const env = {PATH: `${this.#folder}:${process.env.PATH ?? ''}`};
    const gateway = new GatewayProcess({folder, workFolder: this.#folder, env});
    this.#t.teardown(() => gateway.end());
    return gateway;
  }

  /** Until every stall takes codes; what is typed before its keypad was heard is typed to nobody. */
  async free(): Promise<void> {
    const ids = this.house.stalls.map(({id}) => id);
    const isFree = () => ids.every(id => this.house.screen(id).startsWith('Type your code'));
    await until('every stall is free', isFree, 60_000);
    await rest(HEARD_MS);
  }

  /** Journalled events of one kind, oldest first, whether the daemon runs or not. */
  events<Kind extends SiteEventKind>(
    kind: Kind,
    folder = this.#folder,
  ): readonly SiteEventBodies[Kind][] {
    const file = new Sqlite(join(folder, DATABASE), {readonly: true, timeout: 5000});
    try {
      const query = 'SELECT body FROM ev WHERE kind = ? ORDER BY seq';
      const rows = file.prepare<[string], {body: string}>(query).all(kind);
      return rows.map(({body}) => JSON.parse(body) as SiteEventBodies[Kind]);
    } finally {
      file.close();
    }
  }

  /** Until so many showers are settled. */
  settled(count: number, folder = this.#folder): Promise<void> {
    const ends = () => this.events('shower', folder).filter(({phase}) => phase === 'settled');
    return until(`${count} settled`, () => ends().length >= count, 30_000);
  }

  #pathOf(line: string): string {
    return join(this.#folder, `tty-${line}`);
  }

  /** What a cloud would have sent before. */
  #give(folder: string): void {
    const {plan, codes} = this.#options;
    const clock = new SystemClock();
    const store = new SiteStore({
      ...{path: join(folder, DATABASE), site: SITE, clock, entropy: new SystemEntropy(clock)},
      secretKey: fromHex(SECRET_KEY_HEX),
      clockState: () => 'ok',
    });
    const channel = new StoreChannel(() => store.grants as never);
    const nowMs = clock.wallMs();
    const stalls = stallNames(plan);
    for (const [no, digits] of codes.entries()) {
      const {credential, grant} = showerRight({site: SITE, no, digits, stalls, nowMs});
      void channel.putCredential(credential);
      void channel.putGrant(grant);
    }
    store.close();
  }
}

function siteFile({plan, meters}: RealHouseOptions, pathOf: (line: string) => string): string {
  const linkOf = (path: string) => ({kind: 'serial', path, baudRate: HOUSE_BAUD_RATE}) as const;
  const plant = housePlant(plan, line => linkOf(pathOf(line)));
  return siteYaml({
    siteId: SITE,
    collectors: [],
    database: `./${DATABASE}`,
    pagePort: 0,
    cloud: undefined,
    language: 'en',
    secretKeyFile: 'secret.key',
    plant: meters ? metersElsewhere(plant, linkOf(meters.path), meters.unit) : plant,
  });
}

type Plant = ReturnType<typeof housePlant>;
type Bus = {readonly id: string; readonly devices: readonly {readonly kind: string}[]};

function metersElsewhere(plant: Plant, link: object, unit: number): Plant {
  const isMeter = ({kind}: {readonly kind: string}) => kind === 'water-meter';
  const buses = plant.buses as readonly Bus[];
  const [meter] = buses.flatMap(({devices}) => devices.filter(isMeter));
  const others = buses.map(bus => ({...bus, devices: bus.devices.filter(one => !isMeter(one))}));
  return {...plant, buses: [...others, {id: 'line-M', link, devices: [{...meter, address: unit}]}]};
}
