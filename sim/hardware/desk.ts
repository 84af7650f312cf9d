import {connect, type Socket} from 'node:net';
import type {PageState} from '../../edge/page/view.js';
import type {SiteEventBodies} from '../../protocols/site/events.js';

export type DeskSubject = 'state' | 'journal';
/** One line of JSON in either direction; an answer bears the number of its question. */
export interface DeskQuestion {
  readonly no: number;
  readonly subject: DeskSubject;
}
export interface DeskAnswer {
  readonly no: number;
  /** Left out when there is none, as before the daemon runs. */
  readonly value?: unknown;
}
export type JournalRow = SiteEventBodies['device.event'];

const ANSWER_LIMIT_MS = 20_000;

/** The desk in the guest, asked from here over a serial line of its own; one question at a time. */
export class Desk {
  readonly #socket: Socket;
  #text = '';
  #no = 0;
  #onAnswer: ((answer: DeskAnswer) => void) | undefined;

  constructor(path: string) {
    this.#socket = connect(path);
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (text: string) => this.#hear(text));
    // A desk that is gone gives no answer, and that shows where the question was put.
    this.#socket.on('error', () => this.#socket.destroy());
  }

  /** What the page shows; undefined while nobody answers. */
  state(): Promise<PageState | undefined> {
    return this.#ask<PageState>('state');
  }

  /** What devices told, oldest first, as it is on disk. */
  async journal(): Promise<readonly JournalRow[]> {
    return (await this.#ask<readonly JournalRow[]>('journal')) ?? [];
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask<Value>(subject: DeskSubject): Promise<Value | undefined> {
    this.#no += 1;
    const question: DeskQuestion = {no: this.#no, subject};
    return new Promise(resolve => {
      const finish = (value: unknown) => {
        clearTimeout(limit);
        this.#onAnswer = undefined;
        resolve(value as Value | undefined);
      };
      const limit = setTimeout(() => finish(undefined), ANSWER_LIMIT_MS);
      this.#onAnswer = ({no, value}) => {
        if (no === question.no) finish(value);
      };
      if (!this.#socket.destroyed) this.#socket.write(`${JSON.stringify(question)}\n`);
    });
  }

  #hear(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) this.#onAnswer?.(JSON.parse(line));
  }
}
