import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Clock} from '../../../protocols/base/clock.js';
import {siteTextHash} from '../../../protocols/cloud/site-config.js';
import {CutDisk, PowerCut} from '../../platform/cut-disk-rig.js';
import {createJsonLog} from '../../platform/json-log.js';
import {systemDisk} from '../../platform/safe-disk.js';
import {ConfigDesk, type LocalOffer} from './config-desk.js';
import type {ConfigFact, SiteFileRole, WatchedSite} from './contract.js';
import {SiteFiles} from './site-files.js';

export const OLD = 'site: {id: lot-1} # old\n';
export const NEW = 'site: {id: lot-1} # new\n';
export const OLD_SHA = siteTextHash(OLD);
export const NEW_SHA = siteTextHash(NEW);

export function quietLog(clock: Clock) {
  return createJsonLog({clock, level: 'fatal', destination: {write: () => {}}});
}

/** A desk on a real folder with a site that is only told of: who answers is up to the test. */
export class DeskRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-desk-'));
  readonly clock: Clock;
  readonly told: ConfigFact[] = [];
  /** Files that were started, in order. */
  readonly runs: SiteFileRole[] = [];
  /** Texts that ran, in order. */
  readonly texts: string[] = [];
  health = new Map<string, 'ok' | 'offline'>();
  /** Who answers while the file on trial runs; the same as before when left out. */
  trialHealth: ReadonlyMap<string, 'ok' | 'offline'> | undefined;
  isBusy = false;
  isLinkUp: boolean | undefined = undefined;
  /** Why the file on trial does not start. */
  trialProblem: string | undefined;
  problems: readonly string[] = [];
  disk = new CutDisk();
  desk: ConfigDesk;
  readonly #restart = (file: SiteFileRole): void =>
    void Promise.resolve().then(() => this.#start(file));
  #running: SiteFileRole = 'site';

  constructor(clock: Clock) {
    this.clock = clock;
    systemDisk.write(this.path, OLD);
    this.desk = this.#newDesk();
  }

  get path(): string {
    return join(this.folder, 'site.yaml');
  }

  get files(): SiteFiles {
    return new SiteFiles(this.path, systemDisk);
  }

  get running(): SiteFileRole {
    return this.#running;
  }

  /** Start the process: as `latchkey run` does. */
  boot(): void {
    this.disk = new CutDisk();
    this.desk = this.#newDesk();
    this.#start(this.desk.boot());
  }

  devices(count: number, offline = 0): ReadonlyMap<string, 'ok' | 'offline'> {
    const ids = Array.from({length: count}, (_, index) => `L-${index + 1}`);
    return new Map(ids.map((id, index) => [id, index < offline ? 'offline' : 'ok']));
  }

  offer(more: Partial<LocalOffer> = {}): LocalOffer {
    return {text: NEW, by: 'wang', removing: false, ...more};
  }

  push(ver: number, text = NEW, base: readonly string[] = []) {
    return {...this.offer({text}), ver, sha: siteTextHash(text), base};
  }

  /** The process is gone, without a word. */
  kill(): void {
    this.desk.close();
  }

  close(): void {
    this.desk.close();
    rmSync(this.folder, {recursive: true, force: true});
  }

  #start(file: SiteFileRole): void {
    this.runs.push(file);
    if (file === 'trial' && this.trialProblem !== undefined) {
      const other = this.desk.failed(this.trialProblem);
      if (other) this.#start(other);
      return;
    }
    this.#running = file;
    this.texts.push(this.files.text(file) ?? '');
    this.desk.opened(this.watched());
  }

  watched(): WatchedSite {
    const rig = this;
    return {
      get isBusy() {
        return rig.isBusy;
      },
      get isLinkUp() {
        return rig.isLinkUp;
      },
      deviceHealth: () => (rig.#running === 'trial' && rig.trialHealth) || rig.health,
      tell: facts => {
        if (rig.disk.isOff) throw new PowerCut();
        rig.told.push(...facts);
      },
    };
  }

  /** A desk whose restarts are carried out elsewhere, in the place of the present one. */
  newDesk(restart: (file: SiteFileRole) => void): ConfigDesk {
    this.desk.close();
    this.desk = this.#newDesk(restart);
    return this.desk;
  }

  #newDesk(restart = this.#restart): ConfigDesk {
    return new ConfigDesk({
      files: new SiteFiles(this.path, this.disk),
      clock: this.clock,
      log: quietLog(this.clock),
      problemsOf: () => this.problems,
      restart,
    });
  }
}
