import {constants} from 'node:fs';
import {platform} from 'node:os';
import koffi from 'koffi';
import {errorText, LinkError} from '../../protocols/base/errors.js';

/** The kernel's end of a fresh pseudo-terminal, in raw mode: bytes pass unchanged, nothing is echoed. */
export interface TerminalMaster {
  readonly fd: number;
  /** `/dev/pts/N`, valid while `fd` is open; the kernel reuses the number afterwards. */
  readonly slavePath: string;
}

const PATH_BYTES = 128;
/** Larger than `struct termios` of every libc; only libc itself looks inside. */
const TERMIOS_BYTES = 256;
const TCSANOW = 0;
/** Not blocking: a full terminal must refuse bytes, not halt the thread. */
const OPEN_FLAGS = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;

type IntCall = (...args: readonly (number | Uint8Array)[]) => number;

interface Libc {
  readonly posixOpenpt: IntCall;
  readonly grantpt: IntCall;
  readonly unlockpt: IntCall;
  readonly ptsnameR: IntCall;
  readonly tcgetattr: IntCall;
  readonly cfmakeraw: (termios: Uint8Array) => void;
  readonly tcsetattr: IntCall;
}

let loaded: Libc | undefined;

function libc(): Libc {
  if (!loaded) {
    // The running node binary already carries libc, whatever the distribution calls that file.
    const library = koffi.load(null);
    loaded = {
      posixOpenpt: library.func('int posix_openpt(int flags)'),
      grantpt: library.func('int grantpt(int fd)'),
      unlockpt: library.func('int unlockpt(int fd)'),
      ptsnameR: library.func('int ptsname_r(int fd, _Out_ uint8_t *name, size_t length)'),
      tcgetattr: library.func('int tcgetattr(int fd, _Out_ uint8_t *termios)'),
      cfmakeraw: library.func('void cfmakeraw(_Inout_ uint8_t *termios)'),
      tcsetattr: library.func('int tcsetattr(int fd, int when, const uint8_t *termios)'),
    };
  }
  return loaded;
}

/** Make a pseudo-terminal. @throws LinkError `sim/no-pty` where the system gives none; use TCP there. */
export function openTerminalMaster(): TerminalMaster {
  // Elsewhere serialport asks for ioctls that a pseudo-terminal refuses.
  if (platform() !== 'linux') throw refusal(`platform ${platform()}`);
  try {
    const calls = libc();
    const fd = succeed('posix_openpt', calls.posixOpenpt(OPEN_FLAGS));
    succeed('grantpt', calls.grantpt(fd));
    succeed('unlockpt', calls.unlockpt(fd));
    const name = new Uint8Array(PATH_BYTES);
    if (calls.ptsnameR(fd, name, PATH_BYTES) !== 0) throw refusal('ptsname_r');
    makeRaw(calls, fd);
    return {fd, slavePath: Buffer.from(name.subarray(0, name.indexOf(0))).toString('latin1')};
  } catch (error) {
    throw error instanceof LinkError ? error : refusal(errorText(error), error);
  }
}

/** Node's own raw mode keeps NL -> CR NL, which a binary protocol does not survive. */
function makeRaw(calls: Libc, fd: number): void {
  const termios = new Uint8Array(TERMIOS_BYTES);
  succeed('tcgetattr', calls.tcgetattr(fd, termios));
  calls.cfmakeraw(termios);
  succeed('tcsetattr', calls.tcsetattr(fd, TCSANOW, termios));
}

function succeed(call: string, result: number): number {
  if (result < 0) throw refusal(call);
  return result;
}

function refusal(what: string, cause?: unknown): LinkError {
  return new LinkError('sim/no-pty', `no pseudo-terminal here: ${what}`, {what}, cause);
}
