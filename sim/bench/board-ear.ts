import type {GatewayProcess} from '../crash/gateway-process.js';

/** The part of the picture that a bench looks at. */
export interface SeenBoard {
  readonly bays: readonly {readonly health: string}[];
  readonly calls: readonly SeenCall[];
}

export interface SeenCall {
  readonly id: string;
  readonly state: string;
  readonly count: number;
}

interface Picture {
  readonly bays: SeenBoard['bays'];
  readonly calls?: {readonly calls: readonly SeenCall[]};
}

/** A board without a screen: it follows the pictures that browsers are sent, and notes when each was whole. */
export class BoardEar {
  readonly #end = new AbortController();
  #picture: (SeenBoard & {readonly atMs: number}) | undefined;
  #wake: () => void = () => {};

  static async open(gateway: GatewayProcess): Promise<BoardEar> {
    const ear = new BoardEar();
    const response = await gateway.listen('/api/events', ear.#end.signal);
    // It ends with the gateway, or with whoever listens.
    void ear.#follow(response).catch(() => undefined);
    return ear;
  }

  get picture(): SeenBoard | undefined {
    return this.#picture;
  }

  /** Until a picture fits: that one, and when it came. Undefined: none in that time. */
  async until(
    fits: (board: SeenBoard) => boolean,
    limitMs: number,
  ): Promise<{readonly atMs: number} | undefined> {
    const late = AbortSignal.timeout(limitMs);
    late.addEventListener('abort', () => this.#wake());
    while (!late.aborted) {
      if (this.#picture && fits(this.#picture)) return this.#picture;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    return undefined;
  }

  close(): void {
    this.#end.abort();
  }

  async #follow({body}: Response): Promise<void> {
    if (!body) return;
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) this.#take(event);
    }
  }

  #take(event: string): void {
    const data = event.split('\n').find(line => line.startsWith('data:'));
    if (!data) return;
    const {bays, calls} = JSON.parse(data.slice('data:'.length)) as Picture;
    const atMs = Number(process.hrtime.bigint()) / 1_000_000;
    this.#picture = {bays, calls: calls?.calls ?? [], atMs};
    this.#wake();
  }
}
