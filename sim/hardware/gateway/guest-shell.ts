import {connect, type Socket} from 'node:net';
import {UsageError} from '../../../protocols/base/errors.js';

export interface ShellAnswer {
  readonly code: number;
  /** Both outputs, without the last line break. */
  readonly text: string;
}

interface Pending {
  readonly no: number;
  settle(answer: ShellAnswer): void;
}

const ANSWER_LIMIT_MS = 300_000;
const OFF: ShellAnswer = {code: -1, text: 'the machine is off'};

/** Runs in the guest on its second serial port: a command in base 64 on each line, and so the answer. */
export const SHELL_SCRIPT = `#!/bin/sh
exec </dev/ttyS1 >/dev/ttyS1 2>/dev/null
stty raw -echo
echo ready
while read -r no command; do
  text=$(printf %s "$command" | base64 -d | sh 2>&1)
  echo "$no $? $(printf %s "$text" | base64 -w0)"
done
`;

export const SHELL_UNIT = `[Unit]
Description=What the proof asks of this machine
DefaultDependencies=no
After=sysinit.target
[Service]
ExecStart=/usr/local/sbin/proof-shell
Restart=always
RestartSec=1
[Install]
WantedBy=multi-user.target
`;

/** Root's shell in the guest, one command at a time. */
export class GuestShell {
  readonly #socket: Socket;
  #text = '';
  #no = 0;
  #pending: Pending | undefined;
  #isReady = false;

  constructor(path: string) {
    this.#socket = connect(path);
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (text: string) => this.#hear(text));
    // A machine whose power went gives no answer, and that shows where it was asked.
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => this.#pending?.settle(OFF));
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Settles late when nothing answers: a machine without power has code -1. */
  ask(command: string): Promise<ShellAnswer> {
    this.#no += 1;
    const no = this.#no;
    return new Promise(resolve => {
      const settle = (answer: ShellAnswer) => {
        clearTimeout(limit);
        this.#pending = undefined;
        resolve(answer);
      };
      const limit = setTimeout(() => settle({code: -1, text: 'no answer'}), ANSWER_LIMIT_MS);
      this.#pending = {no, settle};
      if (this.#socket.destroyed) settle(OFF);
      else this.#socket.write(`${no} ${Buffer.from(command).toString('base64')}\n`);
    });
  }

  /** What a command says. @throws UsageError when it fails */
  async told(command: string): Promise<string> {
    const {code, text} = await this.ask(command);
    if (code !== 0) throw new UsageError('hardware/shell', `${command}: ${code}: ${text}`);
    return text;
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) this.#take(line.trim());
  }

  #take(line: string): void {
    if (line === 'ready') this.#isReady = true;
    const [, no, code, text] = /^(\d+) (\d+) ?(\S*)$/.exec(line) ?? [];
    if (text === undefined || Number(no) !== this.#pending?.no) return;
    this.#pending.settle({code: Number(code), text: Buffer.from(text, 'base64').toString()});
  }
}
