import {connect, type Socket} from 'node:net';
import {UsageError} from '../../protocols/base/errors.js';

/** @see QEMU Machine Protocol Specification, version 7.2 */
interface Message {
  readonly return?: unknown;
  readonly error?: {readonly desc: string};
  readonly event?: string;
  readonly data?: {readonly device?: string};
}

interface Pending {
  resolve(): void;
  reject(error: Error): void;
}

/** The monitor of a running QEMU: one command after the other, and which devices are gone. */
export class QemuMonitor {
  readonly #socket: Socket;
  readonly #pending: Pending[] = [];
  readonly #deleted = new Set<string>();
  #text = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#hear(text));
    socket.on('error', error => this.#end(error.message));
    socket.on('close', () => this.#end('QEMU has closed its monitor'));
  }

  static async connect(path: string): Promise<QemuMonitor> {
    const monitor = new QemuMonitor(connect(path));
    await monitor.execute('qmp_capabilities');
    return monitor;
  }

  execute(command: string, values: Readonly<Record<string, unknown>> = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new UsageError('hardware/monitor', 'the monitor is closed'));
        return;
      }
      this.#pending.push({resolve, reject});
      this.#socket.write(`${JSON.stringify({execute: command, arguments: values})}\n`);
    });
  }

  /** The guest has let go of a device that was pulled out. */
  isGone(id: string): boolean {
    return this.#deleted.has(id);
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') this.#take(JSON.parse(line));
  }

  #take({event, data, error, return: value}: Message): void {
    if (event === 'DEVICE_DELETED' && data?.device !== undefined) this.#deleted.add(data.device);
    if (error) this.#pending.shift()?.reject(new UsageError('hardware/monitor', error.desc));
    else if (value !== undefined) this.#pending.shift()?.resolve();
  }

  #end(why: string): void {
    this.#socket.destroy();
    for (const {reject} of this.#pending.splice(0)) reject(new UsageError('hardware/monitor', why));
  }
}
