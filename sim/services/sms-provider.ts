/** A message as its reader sees it. */
interface SimSms {
  readonly to: string;
  readonly text: string;
  readonly atMs: number;
}

/** `down`: nobody is there; `busy`: 503; `refused`: 422; `deaf`: it is done, and the answer is lost. */
type SmsMode = 'ok' | 'down' | 'busy' | 'refused' | 'deaf';

interface SimSmsOptions {
  readonly nowMs: () => number;
  readonly key: string;
}

/** An SMS provider that takes JSON over HTTP and does each key once, as it promises. */
export class SimSmsProvider {
  readonly #options: SimSmsOptions;
  readonly #refs = new Map<string, string>();
  readonly inbox: SimSms[] = [];
  /** Requests, also those that were not taken. */
  asked = 0;
  mode: SmsMode = 'ok';

  constructor(options: SimSmsOptions) {
    this.#options = options;
  }

  readonly send = async (request: Request): Promise<Response> => {
    this.asked += 1;
    if (this.mode === 'down') throw new TypeError('connection refused');
    if (this.mode === 'busy') return new Response('busy', {status: 503});
    if (this.mode === 'refused') return new Response('no such number', {status: 422});
    const {key, nowMs} = this.#options;
    if (request.headers.get('authorization') !== `Bearer ${key}`) {
      return new Response('', {status: 401});
    }
    const {id, to, text} = (await request.json()) as Record<'id' | 'to' | 'text', string>;
    const known = this.#refs.get(id);
    const ref = known ?? `sms-${this.#refs.size + 1}`;
    if (known === undefined) {
      this.#refs.set(id, ref);
      this.inbox.push({to, text, atMs: nowMs()});
    }
    if (this.mode === 'deaf') throw new TypeError('connection reset');
    return Response.json({id: ref});
  };

  /** What somebody was told, in its order. */
  to(phone: string): readonly SimSms[] {
    return this.inbox.filter(message => message.to === phone);
  }
}
