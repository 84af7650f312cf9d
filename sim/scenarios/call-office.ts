import {HttpSms} from '../../cloud-sync/api/calls/http-sms.js';
import type {NoticePorts} from '../../cloud-sync/api/calls/notice-port.js';
import type {VirtualClock} from '../clock/virtual-clock.js';
import {SimMail} from '../services/sim-mail.js';
import {SimSmsProvider} from '../services/sms-provider.js';
import type {World} from '../world.js';
import {cloudOf} from './lot-on-platform.js';

const KEY = 'sms-key';

export interface ShownCall {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly atMs: number;
  readonly receivedMs: number;
  readonly unanswered: boolean;
  readonly silentSinceMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly siteKnows: boolean;
}

/** An SMS provider and a mail server for a cloud that has not begun yet. */
export class CallPost {
  sms: SimSmsProvider | undefined;
  readonly mail = new SimMail();

  ports(clock: VirtualClock): NoticePorts {
    const sms = new SimSmsProvider({nowMs: () => clock.nowMs(), key: KEY});
    this.sms = sms;
    const url = 'https://sms.example/messages';
    return {sms: new HttpSms({url, key: KEY, send: sms.send}), mail: this.mail};
  }

  get provider(): SimSmsProvider {
    if (!this.sms) throw new Error('the cloud has not begun');
    return this.sms;
  }
}

/** Those who arrange at a platform who is told of calls, and those who are. */
export class CallOffice {
  readonly #world: World;
  readonly #post: CallPost;

  constructor(world: World, post: CallPost) {
    this.#world = world;
    this.#post = post;
  }

  /** A member who is told at this age of a call; gives his id. */
  async contact(
    phone: string,
    more: Readonly<Record<string, unknown>> & {readonly label: string; readonly afterMs: number},
  ): Promise<{readonly member: string; readonly contact: string}> {
    const {email, ...wish} = more as {email?: string} & Record<string, unknown>;
    const {id: member} = await this.ask<{id: string}>('POST', '/v1/members', {
      ...{phone, name: more.label, roles: ['guard']},
    });
    if (email !== undefined) {
      await this.ask('PUT', `/v1/members/${member}/person`, {email});
    }
    const made = await this.ask<{id: string}>('POST', '/v1/sites/lot-1/call-contacts', {
      ...{member, channel: 'sms', language: 'en', ...wish},
    });
    return {member, contact: made.id};
  }

  async ask<Body>(method: string, path: string, body?: object): Promise<Body> {
    const cloud = cloudOf(this.#world);
    const answer = await this.#world.clock.settle(cloud.ask<Body>(method, path, body));
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async calls(): Promise<readonly ShownCall[]> {
    return (await this.ask<{calls: readonly ShownCall[]}>('GET', '/v1/calls')).calls;
  }

  /** Seconds after `sinceMs` at which the phone rang, rounded. */
  rang(phone: string, sinceMs: number): readonly number[] {
    return this.#post.provider.to(phone).map(({atMs}) => Math.round((atMs - sinceMs) / 1000));
  }

  /** The code of the newest message to a phone. */
  codeFor(phone: string): string {
    const text = this.#post.provider.to(phone).at(-1)?.text ?? '';
    return /code ([0-9A-Z]{10})/.exec(text)?.[1] ?? '';
  }
}
