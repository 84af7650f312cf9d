import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {type PortMessage, portTrouble, type SeenPort} from '../domain/ports/port-trouble.js';
import type {Log} from '../platform/log.js';
import type {Language} from '../words/dictionary.js';
import {portSentence} from '../words/port-words.js';

/** The serial ports of this machine; nothing is opened to see them. */
export interface PortSight {
  readonly ownPid: number;
  list(): readonly SeenPort[];
  /** What a name of a port stands for; undefined while it leads nowhere. */
  resolve(path: string): string | undefined;
}

export interface PortWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly sight: PortSight;
  readonly language: Language;
  readonly line: string;
  /** As the site file names it. */
  readonly path: string;
}

/** While a line has no port, what the system says of it is looked at so often. */
const LOOK_MS: Millis = 5 * SECOND_MS;

/** Says in plain words why a line has no port, once for each change, and when it is back. */
export class PortWatch {
  readonly #options: PortWatchOptions;
  #before: SeenPort | undefined;
  #told: PortMessage | undefined;
  #wasAway = false;
  #downMs: Millis | undefined;
  #timer: Timer | undefined;

  constructor(options: PortWatchOptions) {
    this.#options = options;
  }

  /** What is wrong now; undefined: nothing with the port. */
  get trouble(): string | undefined {
    return this.#told && portSentence(this.#told, this.#options.language);
  }

  /** The line has gone down, or has come up. */
  line(isDown: boolean): void {
    const {clock} = this.#options;
    this.#timer?.cancel();
    if (isDown) {
      this.#downMs ??= clock.nowMs();
      this.#look();
      return;
    }
    this.#remember();
    this.#told = undefined;
    const {path} = this.#options;
    const awaySeconds = Math.round((clock.nowMs() - (this.#downMs ?? clock.nowMs())) / SECOND_MS);
    if (this.#wasAway) this.#say({kind: 'replugged', path, awaySeconds});
    this.#wasAway = false;
    this.#downMs = undefined;
  }

  /** The adapter as it is while the line works, to know it again. */
  opened(): void {
    this.#remember();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #remember(): void {
    const {sight, path} = this.#options;
    const real = sight.resolve(path);
    this.#before = sight.list().find(port => port.path === real) ?? this.#before;
  }

  #look(): void {
    const {clock, sight, path} = this.#options;
    const real = sight.resolve(path);
    const question = {path, real, before: this.#before, ports: sight.list(), ownPid: sight.ownPid};
    const trouble = portTrouble(question);
    if (trouble?.kind === 'unplugged' || trouble?.kind === 'renumbered') this.#wasAway = true;
    if (JSON.stringify(trouble) !== JSON.stringify(this.#told)) {
      this.#told = trouble;
      if (trouble) this.#say(trouble);
    }
    this.#timer = clock.timer('port look', LOOK_MS, () => this.#look());
  }

  #say(message: PortMessage): void {
    const {log, line, language} = this.#options;
    const fields = {line, ...message, text: portSentence(message, language)};
    if (message.kind === 'replugged') log.notice('port.replugged', fields);
    else log.warn(`port.${message.kind}`, fields);
  }
}
