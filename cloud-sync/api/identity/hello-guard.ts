import type {FenceCause} from '../../../protocols/cloud/down-messages.js';
import type {Hello} from '../../../protocols/cloud/up-messages.js';
import type {IngestItem} from '../ingest-item.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {FaultTable} from '../store/fault-table.js';
import type {LifeTable} from '../store/life-table.js';
import {CLONE_FAULT, type GatewayPast, judgeHello} from './life-line.js';

/** A gateway that is told to keep away, for the session that it has just opened. */
export interface FenceOrder {
  readonly gateway: string;
  readonly sid: string;
  readonly epoch: string;
  readonly why: FenceCause;
}

interface HelloGuardOptions {
  readonly tx: CloudTransaction;
  readonly lives: LifeTable;
  readonly faults: FaultTable;
  readonly wallMs: number;
}

const SLICE = 500;

/** Looks at the hellos of one tick before anything is kept of them. */
export class HelloGuard {
  readonly fences: FenceOrder[] = [];
  readonly #options: HelloGuardOptions;
  readonly #past: Map<string, GatewayPast>;

  private constructor(options: HelloGuardOptions, past: Map<string, GatewayPast>) {
    this.#options = options;
    this.#past = past;
  }

  static async begin(
    options: HelloGuardOptions,
    items: readonly IngestItem[],
  ): Promise<HelloGuard> {
    const said = items.filter(({name}) => name === 'hello').map(({gateway}) => gateway);
    const names = [...new Set(said)].sort();
    const past = new Map<string, GatewayPast>();
    for (let at = 0; at < names.length; at += SLICE) {
      const found = await options.lives.past(options.tx, names.slice(at, at + SLICE));
      for (const [gateway, one] of found) past.set(gateway, one);
    }
    return new HelloGuard(options, past);
  }

  /** False: this gateway is to keep away, and its hello begins nothing. */
  async admits(gateway: string, hello: Hello): Promise<boolean> {
    const {tx, lives, faults, wallMs} = this.#options;
    const past = this.#past.get(gateway) ?? {lives: [], epochs: []};
    const {life, fence} = judgeHello(past, hello);
    if (life) {
      await lives.put(tx, gateway, life, wallMs);
      const others = past.lives.filter(({boot}) => boot !== life.boot);
      this.#past.set(gateway, {...past, lives: [...others, life]});
    }
    if (fence === undefined) return true;
    const {sid, epoch, boot} = hello;
    this.fences.push({gateway, sid, epoch, why: fence});
    const detail = `${fence}: run ${boot} in epoch ${epoch}`;
    await faults.raise(tx, gateway, {kind: CLONE_FAULT, wallMs, detail});
    return false;
  }
}
