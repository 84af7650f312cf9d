import {closeSync, constants, openSync, renameSync, rmSync, symlinkSync, writeSync} from 'node:fs';
import {ReadStream} from 'node:tty';
import type {FarEnd} from '../../drivers/port/byte-link.js';
import {openTerminalMaster} from './posix-terminal.js';

interface Terminal {
  readonly fd: number;
  readonly stream: ReadStream;
  /** Keeps the far side open, so that the master reads silence instead of EIO while no owner has it. */
  readonly holdFd: number;
}

/**
 * A serial port without hardware: the owner opens `path` as it opens `/dev/ttyUSB0`. Wire time is
 * not its business: bytes pass at once, `Rs485Line` or the device paces them.
 *
 * - `path` is a symbolic link that survives `unplug`/`replug`; it is absent while unplugged, because
 *   the kernel gives the old number to the next terminal that anybody makes.
 * - What is sent before an owner opens waits in the kernel; an owner that flushes at opening, as
 *   serialport does, never sees it.
 */
export class PseudoTerminal implements FarEnd {
  readonly path: string;
  #terminal: Terminal | undefined;
  #listener: (bytes: Uint8Array) => void = () => {};

  /** @throws LinkError `sim/no-pty`. */
  constructor(path: string) {
    this.path = path;
    this.#terminal = this.#plug();
  }

  get isPlugged(): boolean {
    return this.#terminal !== undefined;
  }

  send(bytes: Uint8Array): void {
    if (!this.#terminal) return;
    try {
      // Not through the stream: on a master node writes blocking. What the kernel's few kilobytes
      // do not take is lost, as in the FIFO of a UART that nobody reads.
      writeSync(this.#terminal.fd, bytes);
    } catch {
      // EAGAIN: full.
    }
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  unplug(): void {
    void this.close();
  }

  replug(): void {
    this.#terminal ??= this.#plug();
  }

  async close(): Promise<void> {
    const terminal = this.#terminal;
    if (!terminal) return;
    this.#terminal = undefined;
    rmSync(this.path, {force: true});
    closeSync(terminal.holdFd);
    await new Promise<void>(resolve => {
      terminal.stream.once('close', resolve);
      terminal.stream.destroy();
    });
  }

  #plug(): Terminal {
    const {fd, slavePath} = openTerminalMaster();
    const holdFd = openSync(slavePath, constants.O_RDWR | constants.O_NOCTTY);
    try {
      this.#link(slavePath);
    } catch (error) {
      closeSync(holdFd);
      closeSync(fd);
      throw error;
    }
    const stream = new ReadStream(fd);
    stream.on('data', (data: Buffer) => {
      if (this.#terminal?.stream !== stream) return;
      this.#listener(new Uint8Array(data.buffer, data.byteOffset, data.length));
    });
    stream.on('error', () => this.unplug());
    return {fd, stream, holdFd};
  }

  #link(slavePath: string): void {
    // Made beside and moved into place: an owner never finds half of it.
    const fresh = `${this.path}.new`;
    rmSync(fresh, {force: true});
    symlinkSync(slavePath, fresh);
    renameSync(fresh, this.path);
  }
}
