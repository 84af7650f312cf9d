import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {
  type DaemonMachine,
  type RunningSite,
  type RunOutcome,
  runSite,
} from '../../edge/commands/run.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {createJsonLog} from '../../edge/platform/json-log.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {readTextFile} from '../../edge/platform/text-file.js';
import {systemFeeds, systemHid, systemLinks} from '../../edge/runtime/system-links.js';
import {UsageError} from '../../protocols/base/errors.js';
import {TimeServer} from '../clock/time-server.js';
import {LINE_BAUD_RATE, siteYaml} from '../plan/site-plan.js';

/** A gateway's folder on a real disk, with its site file and real serial ports. */
export class DiskGateway {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-bad-'));
  readonly clock = new SystemClock();
  readonly logged: Record<string, unknown>[] = [];

  /** The folder goes with the test. */
  constructor(t: ExecutionContext) {
    t.teardown(() => rmSync(this.folder, {recursive: true, force: true}));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string | Uint8Array): void {
    writeFileSync(this.path(name), text);
  }

  /** A sound site file for one plain collector with one bay. */
  siteFile(): string {
    const link = (name: string) =>
      ({kind: 'serial', path: this.path(name), baudRate: LINE_BAUD_RATE}) as const;
    return siteYaml({
      siteId: 'lot-1',
      collectors: [
        {
          id: 'C1',
          zone: 'A',
          arrow: '←',
          kind: 'plain',
          bays: ['A-012'],
          lineLink: link('line'),
          readerLink: link('reader'),
          keyFile: undefined,
        },
      ],
      database: this.path('lot.db'),
      pagePort: 0,
      cloud: undefined,
      secretKeyFile: 'secret.key',
    });
  }

  run(siteFile = this.siteFile()): Promise<RunOutcome> {
    this.write('site.yaml', siteFile);
    this.write('secret.key', '05'.repeat(32));
    return runSite(this.path('site.yaml'), '0.0.0', this.#machine());
  }

  /** Start a sound site that must come up. */
  async start(t: ExecutionContext): Promise<RunningSite> {
    const outcome = await this.run();
    if (outcome.kind === 'refused') {
      throw new UsageError('sim/config', outcome.result.lines.join('\n'));
    }
    t.teardown(() => outcome.close());
    return outcome;
  }

  /** Wait until something real has happened. */
  async until(condition: () => boolean, limitMs = 8000): Promise<void> {
    const untilMs = this.clock.nowMs() + limitMs;
    while (!condition()) {
      if (this.clock.nowMs() > untilMs) {
        throw new UsageError('sim/stuck', `${condition} ${JSON.stringify(this.logged)}`);
      }
      await this.clock.sleep(20);
    }
  }

  #machine(): DaemonMachine {
    const {clock} = this;
    const entropy = new SystemEntropy(clock);
    return {
      clock,
      entropy,
      log: createJsonLog({
        clock,
        level: 'info',
        destination: {write: line => void this.logged.push(JSON.parse(line))},
      }),
      openLink: systemLinks(clock, entropy),
      openHid: systemHid(clock),
      openFeed: systemFeeds(clock, entropy),
      ntp: new TimeServer(),
      builtMs: 0,
      threadPoolSize: 24,
      readText: readTextFile,
      env: () => undefined,
      request: (url, options) => fetch(url, options),
      secretReader: folder => ({
        readFile: path => readFileSync(join(folder, path), 'utf8'),
        env: () => undefined,
      }),
      connectCloud: () => {
        throw new UsageError('sim/absent', 'no cloud here');
      },
    };
  }
}
