import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {UsageError} from '../../../protocols/base/errors.js';
import {PeerProcess, rest, until} from '../../real/peer-process.js';
import {GuestShell} from './guest-shell.js';
import type {GatewayDisk} from './root-disk.js';
import {SiteDevices} from './site-devices.js';

export interface GatewayGuestOptions {
  readonly disk: GatewayDisk;
  /** With the packages of other releases. */
  readonly stickPath: string;
  /** Its own; gone when it is closed. */
  readonly folder: string;
}

const SERVICE = 'latchkey';
const SOCKETS = ['shell', 'line', 'reader'] as const;
const SHELL_LIMIT_MS = 900_000;
const SERVICE_LIMIT_MS = 900_000;
const LOOK_EVERY_MS = 200;
const ASK_EVERY_MS = 2000;
const ADAPTERS = ['line', 'reader'] as const;

/** When systemd started the service and when that said it decides, on the guest's clock without leaps. */
export interface ServiceTimes {
  readonly startMs: number;
  readonly mainMs: number;
  readonly readyMs: number;
}

/** A gateway under systemd with its disk and its lines, whose power comes and goes. */
export class GatewayGuest {
  readonly #options: GatewayGuestOptions;
  readonly #layer: string;
  #boots = 0;
  #on: {machine: PeerProcess; shell: GuestShell; devices: SiteDevices} | undefined;

  constructor(options: GatewayGuestOptions) {
    this.#options = options;
    mkdirSync(options.folder, {recursive: true});
    this.#layer = join(options.folder, 'layer.qcow2');
    const {imagePath} = options.disk;
    const create = ['create', '-q', '-f', 'qcow2', '-b', imagePath, '-F', 'raw', this.#layer];
    execFileSync('qemu-img', create);
  }

  /** All that was printed on the serial console since the power came. */
  get console(): string {
    return this.#on?.machine.output ?? '';
  }

  get devices(): SiteDevices {
    return this.#powered().devices;
  }

  /** Power comes. Nothing is waited for but QEMU itself. */
  async powerOn(): Promise<void> {
    this.#boots += 1;
    const folder = join(this.#options.folder, `boot-${this.#boots}`);
    mkdirSync(folder);
    const {disk, stickPath} = this.#options;
    const machine = new PeerProcess('qemu-system-x86_64', [
      ...['-accel', 'tcg', '-cpu', 'max', '-icount', 'shift=0', '-m', '1024', '-no-reboot'],
      ...[
        '-display',
        'none',
        '-nodefaults',
        '-kernel',
        disk.kernelPath,
        '-initrd',
        disk.initrdPath,
      ],
      // One nanosecond an instruction: a single core whose time no other work of this computer takes.
      ...['-append', 'root=/dev/vda rw console=ttyS0 quiet panic=-1'],
      // What the guest has flushed is on the disk. A new place that it has not flushed is lost with QEMU.
      ...['-drive', `file=${this.#layer},if=virtio,format=qcow2,cache=writeback`],
      ...['-drive', `file=${stickPath},if=virtio,format=raw,readonly=on`],
      ...['-serial', 'stdio', '-serial', socketAt(folder, 'shell'), '-device', 'qemu-xhci'],
      ...ADAPTERS.flatMap(name => [
        ...['-chardev', `socket,id=${name},path=${join(folder, name)},server=on,wait=off`],
        ...['-device', `usb-serial,chardev=${name},serial=${name},always-plugged=on`],
      ]),
    ]);
    const [shell, line, reader] = SOCKETS.map(name => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const isThere = (path: string) => existsSync(path);
    await until('QEMU runs', () => [shell, line, reader].every(isThere) || machine.isOver, 30_000);
    if (machine.isOver) throw new UsageError('hardware/guest', machine.output);
    this.#on = {machine, shell: new GuestShell(shell), devices: new SiteDevices(line, reader)};
  }

  /** Until somebody can ask it. */
  async booted(): Promise<void> {
    const {shell} = this.#powered();
    await this.#until('the guest has booted', () => shell.isReady, SHELL_LIMIT_MS);
  }

  /** From one instant to the next. */
  async powerCut(): Promise<void> {
    const on = this.#powered();
    this.#on = undefined;
    await on.machine.kill();
    on.shell.close();
    await on.devices.close();
  }

  told(command: string): Promise<string> {
    return this.#powered().shell.told(command);
  }

  /** Until the service has told systemd that it decides; from that place of the console on. */
  async decides(from = 0): Promise<ServiceTimes> {
    // Not by asking again and again: every question is work for its one processor.
    await this.said(`Started ${SERVICE}.service`, SERVICE_LIMIT_MS, from);
    const names = ['InactiveExit', 'ExecMainStart', 'ActiveEnter'];
    const asked = names.map(name => `-p ${name}TimestampMonotonic`).join(' ');
    const text = await this.told(`systemctl show ${SERVICE} ${asked}`);
    const [startMs, mainMs, readyMs] = names.map(name => timeMs(text, name)) as [
      number,
      number,
      number,
    ];
    return {startMs, mainMs, readyMs};
  }

  /** Until the console has that, `from` some place of it on. */
  said(text: string, limitMs: number, from: number): Promise<void> {
    return this.#until(
      `the console says ${text}`,
      () => this.console.includes(text, from),
      limitMs,
    );
  }

  /** Until this command ends well. */
  until(what: string, command: string, limitMs: number): Promise<void> {
    const {shell} = this.#powered();
    const look = async () => {
      if ((await shell.ask(command)).code === 0) return true;
      await rest(ASK_EVERY_MS);
      return false;
    };
    return this.#until(what, look, limitMs);
  }

  /** Which release runs, and which is the last that proved itself. */
  async links(): Promise<{readonly current: string; readonly sound: string}> {
    const text = await this.told('cd /opt/latchkey && readlink current sound');
    const [current = '', sound = ''] = text.split('\n').map(link => link.replace('releases/', ''));
    return {current, sound};
  }

  async close(): Promise<void> {
    if (this.#on) await this.powerCut();
    rmSync(this.#options.folder, {recursive: true, force: true, maxRetries: 5});
  }

  #powered() {
    if (!this.#on) throw new UsageError('hardware/guest', 'it has no power');
    return this.#on;
  }

  async #until(
    what: string,
    condition: () => boolean | Promise<boolean>,
    limitMs: number,
  ): Promise<void> {
    const {machine} = this.#powered();
    const look = async () => {
      if (machine.isOver) throw new UsageError('hardware/guest', `the guest is gone: ${what}`);
      if (await condition()) return true;
      await rest(LOOK_EVERY_MS);
      return false;
    };
    await until(what, look, limitMs);
  }
}

function timeMs(text: string, name: string): number {
  return Number(new RegExp(`^${name}TimestampMonotonic=(\\d+)$`, 'm').exec(text)?.[1]) / 1000;
}

function socketAt(folder: string, name: string): string {
  return `unix:${join(folder, name)},server=on,wait=off`;
}
