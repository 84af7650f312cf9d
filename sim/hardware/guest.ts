import {join} from 'node:path';
import {PeerProcess, until} from '../real/peer-process.js';
import {Desk} from './desk.js';
import {QemuMonitor} from './qemu-monitor.js';
import {SerialSocket} from './serial-socket.js';

export interface GuestOptions {
  readonly kernelPath: string;
  readonly imagePath: string;
  /** Where the sockets of QEMU lie. */
  readonly folder: string;
}

const SOCKETS_LIMIT_MS = 30_000;
const GONE_LIMIT_MS = 30_000;
/** A key is down and up within this. The guest asks a keyboard for its keys every 8 ms. */
const KEY_MS = 12;
const KEY_NAMES: Readonly<Record<string, string>> = {'-': 'minus', '\n': 'ret'};

/**
 * A computer with two USB sockets, emulated in software: a keyboard in one, a serial adapter in the
 * other. Source: device notes 8.1.
 */
export class Guest {
  readonly line: SerialSocket;
  readonly desk: Desk;
  readonly #machine: PeerProcess;
  readonly #monitor: QemuMonitor;
  #plugs = 0;
  #keyboard = 'keyboard0';
  #adapter = 'adapter0';

  private constructor(machine: PeerProcess, monitor: QemuMonitor, folder: string) {
    this.#machine = machine;
    this.#monitor = monitor;
    this.line = new SerialSocket(join(folder, 'line'));
    this.desk = new Desk(join(folder, 'desk'));
  }

  static async boot({kernelPath, imagePath, folder}: GuestOptions): Promise<Guest> {
    const socket = (name: string) => `unix:${join(folder, name)},server=on,wait=off`;
    const machine = new PeerProcess('qemu-system-x86_64', [
      ...['-accel', 'tcg', '-m', '2048', '-display', 'none', '-no-reboot', '-nodefaults'],
      ...['-kernel', kernelPath, '-initrd', imagePath, '-append', 'console=ttyS0 quiet panic=-1'],
      ...['-serial', 'stdio', '-serial', socket('desk'), '-qmp', socket('monitor')],
      ...['-chardev', `socket,id=line,path=${join(folder, 'line')},server=on,wait=off`],
      ...['-device', 'qemu-xhci', '-device', 'usb-kbd,id=keyboard0'],
      ...['-device', 'usb-serial,id=adapter0,chardev=line,always-plugged=on'],
    ]);
    try {
      const monitor = await connected(machine, join(folder, 'monitor'));
      return new Guest(machine, monitor, folder);
    } catch (error) {
      await machine.kill();
      throw error;
    }
  }

  /** All that the guest has printed. */
  get console(): string {
    return this.#machine.output;
  }

  get isOver(): boolean {
    return this.#machine.isOver;
  }

  /** Type as a scanner does: fast, lower case, Enter behind it. */
  async type(text: string): Promise<void> {
    for (const sign of `${text}\n`) {
      const keys = [{type: 'qcode', data: KEY_NAMES[sign] ?? sign}];
      await this.#monitor.execute('send-key', {keys, 'hold-time': KEY_MS});
    }
  }

  unplugKeyboard(): Promise<void> {
    return this.#pull(this.#keyboard);
  }

  async replugKeyboard(): Promise<void> {
    this.#keyboard = this.#fresh('keyboard');
    await this.#monitor.execute('device_add', {driver: 'usb-kbd', id: this.#keyboard});
  }

  unplugAdapter(): Promise<void> {
    return this.#pull(this.#adapter);
  }

  async replugAdapter(): Promise<void> {
    this.#adapter = this.#fresh('adapter');
    await this.#monitor.execute('device_add', {
      ...{driver: 'usb-serial', id: this.#adapter},
      ...{chardev: 'line', 'always-plugged': true},
    });
  }

  kill(): void {
    this.#machine.signal('SIGKILL');
  }

  /** As if its power went. */
  async close(): Promise<void> {
    this.desk.close();
    this.#monitor.close();
    await this.line.close();
    await this.#machine.kill();
  }

  async #pull(id: string): Promise<void> {
    await this.#monitor.execute('device_del', {id});
    await until(`${id} is pulled out`, () => this.#monitor.isGone(id), GONE_LIMIT_MS);
  }

  #fresh(name: string): string {
    this.#plugs += 1;
    return `${name}${this.#plugs}`;
  }
}

/** QEMU makes its sockets when it gets to it. */
async function connected(machine: PeerProcess, path: string): Promise<QemuMonitor> {
  let monitor: QemuMonitor | undefined;
  await until(
    `QEMU runs: ${machine.output}`,
    async () => {
      monitor = await QemuMonitor.connect(path).catch(() => undefined);
      return monitor !== undefined || machine.isOver;
    },
    SOCKETS_LIMIT_MS,
  );
  if (!monitor) throw new Error(machine.output);
  return monitor;
}
