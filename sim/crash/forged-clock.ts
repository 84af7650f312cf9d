import {chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import {SECOND_MS} from '../../protocols/base/units.js';

/** Debian's package `faketime`; the dynamic linker fills in the folder of the machine. */
const LIBRARY = '/usr/$LIB/faketime/libfaketime.so.1';
/** systemd-timesyncd makes it where a time server has answered; nothing here can hide it. */
const TIMESYNC_FILE = '/run/systemd/timesync/synchronized';

/**
 * The wall clock of one process, and whether a time server has set it. Time that passes is the
 * machine's own. Only the process itself may load the library: two that share its lock wait for each
 * other when one of them is killed.
 */
export class ForgedClock {
  readonly #clock: string;
  readonly #answer: string;
  readonly #asked: string;
  readonly #folder: string;
  #aheadMs: Millis = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#clock = join(folder, 'ahead');
    this.#answer = join(folder, 'answer');
    this.#asked = join(folder, 'asked');
    writeFileSync(this.#asked, '');
    this.set(0);
    this.follow(false);
    const tool = join(folder, 'timedatectl');
    const answers = [
      'unset LD_PRELOAD',
      // The library came into this shell all the same, and leaves its lock behind.
      'rm -f /dev/shm/faketime_shm_$$ /dev/shm/sem.faketime_sem_$$',
      `echo >>'${this.#asked}'`,
      `cat '${this.#answer}'`,
    ];
    writeFileSync(tool, `#!/bin/sh\n${answers.join('\n')}\n`);
    chmodSync(tool, 0o755);
  }

  /** False where this machine's own time server would speak up in between. */
  static get isAlone(): boolean {
    return !existsSync(TIMESYNC_FILE);
  }

  /** For the process whose clock this is to be. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.#clock,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // Else a wait of the daemon that has an end is taken for one by the wall clock, and with a clock
      // that is behind it lasts for years: V8 waits so for `Atomics.wait` (Debian 12, 0.9.10).
      FAKETIME_FORCE_MONOTONIC_FIX: '0',
      // Files keep their dates when a clock is wrong.
      NO_FAKE_STAT: '1',
      PATH: `${this.#folder}:${process.env.PATH ?? ''}`,
    };
  }

  /** What the process takes for now, within a second. */
  nowMs(): UnixMillis {
    return (Date.now() + this.#aheadMs) as UnixMillis;
  }

  /** Let the clock show `wallMs` from now on. */
  showAs(wallMs: number): void {
    this.set(wallMs - Date.now());
  }

  /** Put the clock ahead by so much, or behind. It is read again once a second, so never half of it. */
  set(aheadMs: Millis): void {
    const seconds = Math.round(aheadMs / SECOND_MS);
    this.#aheadMs = seconds * SECOND_MS;
    writeFileSync(`${this.#clock}.new`, `${seconds < 0 ? '' : '+'}${seconds}s`);
    renameSync(`${this.#clock}.new`, this.#clock);
  }

  /** Does the system say that its clock follows a time server? */
  follow(isFollowing: boolean): void {
    writeFileSync(this.#answer, isFollowing ? 'yes\n' : 'no\n');
  }

  /**
   * Clear away what a killed process leaves of the library, a lock under its number among it: whoever
   * got that number next would wait for it.
   */
  static forget(pid: number): void {
    for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`]) {
      rmSync(join('/dev/shm', name), {force: true});
    }
  }

  /** How often the process has asked that so far. */
  get asked(): number {
    return readFileSync(this.#asked, 'utf8').length;
  }
}
