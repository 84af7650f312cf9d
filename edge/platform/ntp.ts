import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';

/** Who knows whether the system's wall clock follows a time server. */
export interface NtpSource {
  /** `tell` is called at once or later, once or again; never when nothing can be known. */
  ask(tell: (isSynchronised: boolean) => void): void;
}

/** systemd-timesyncd makes it at the first answer of a server after each start of the system. */
const TIMESYNC_FILE = '/run/systemd/timesync/synchronized';
const ANSWER_LIMIT_MS = 5000;

/**
 * The kernel's word (STA_UNSYNC), which every time service keeps: timesyncd, chrony, ntpd. It is read
 * through `timedatectl`; where that is absent, timesyncd's file stands for it.
 */
export class SystemNtp implements NtpSource {
  #asks = true;
  #isFirst = true;

  ask(tell: (isSynchronised: boolean) => void): void {
    const isNoted = existsSync(TIMESYNC_FILE);
    // At the start nobody waits for a process; later the file may be older than the last answer.
    if (!this.#asks || this.#isFirst) tell(isNoted);
    this.#isFirst = false;
    if (!this.#asks) return;
    const asked = ['show', '--property=NTPSynchronized', '--value'];
    execFile('timedatectl', asked, {timeout: ANSWER_LIMIT_MS}, (failure, answer) => {
      if (failure) this.#asks = false;
      else tell(answer.trim() === 'yes');
    });
  }
}
