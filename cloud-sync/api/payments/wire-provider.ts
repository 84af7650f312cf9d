import {z} from 'zod';
import {SyncError} from '../../../protocols/base/errors.js';
import {isSigned} from './callback-signature.js';
import {
  type CallbackNote,
  type PaymentProvider,
  PROVIDER_ACTS,
  type ProviderAct,
  type ProviderOrder,
  type ProviderPicture,
  type Settlement,
} from './provider-port.js';

export interface WireProviderOptions {
  readonly name: string;
  readonly unsupported?: readonly ProviderAct[];
  /** Tenant to its merchant number. */
  readonly merchants: ReadonlyMap<string, string>;
  /** Shared with the provider; old and new while one takes over. */
  readonly secrets: readonly Uint8Array[];
  /** Send JSON to a path of the provider and give its JSON. @throws when no answer came */
  readonly post: (path: string, body: object) => Promise<unknown>;
}

const fen = z.int().min(-1e12).max(1e12);
const text = z.string().min(1).max(128);
const act = z.enum(PROVIDER_ACTS);

const pictureSchema = z.object({
  ...{key: text, act, ref: text, merchant: text, amountFen: fen, currency: text},
  state: z.enum(['pending', 'succeeded', 'failed']),
  bookDay: z.iso.date().optional(),
  expiresWall: z.int().optional(),
  payLink: z.string().max(2048).optional(),
  why: z.string().max(256).optional(),
});
const fetchedSchema = z.object({found: pictureSchema.nullable()});
const settlementSchema = z.object({
  day: z.iso.date(),
  lines: z.array(
    z.object({
      ...{key: text, ref: text, amountFen: fen, currency: text},
      act: z.enum([...PROVIDER_ACTS, 'fee']),
    }),
  ),
});
const callbackSchema = z.object({key: text, merchant: text, amountFen: fen, currency: text});

/**
 * A provider that takes orders as JSON and calls back with signed JSON by Standard Webhooks: the plain
 * contract that `sim` speaks, and that an adaptor for a provider of another tongue is written beside.
 */
export class WireProvider implements PaymentProvider {
  readonly name: string;
  readonly unsupported: readonly ProviderAct[];
  readonly #options: WireProviderOptions;

  constructor(options: WireProviderOptions) {
    this.name = options.name;
    this.unsupported = options.unsupported ?? [];
    this.#options = options;
  }

  merchantOf(tenant: string): string | undefined {
    return this.#options.merchants.get(tenant);
  }

  async order(order: ProviderOrder): Promise<void> {
    await this.#options.post('/orders', {...order, currency: 'CNY'});
  }

  async fetch(merchant: string, key: string): Promise<ProviderPicture | undefined> {
    const {found} = this.#read(
      fetchedSchema,
      await this.#options.post('/orders/fetch', {merchant, key}),
    );
    if (!found) return undefined;
    const {bookDay, expiresWall, payLink, why, ...same} = found;
    return {...same, bookDay, expiresWall, payLink, why};
  }

  async settlement(merchant: string, day: string): Promise<Settlement> {
    return this.#read(settlementSchema, await this.#options.post('/settlements', {merchant, day}));
  }

  verify(
    headers: (name: string) => string | undefined,
    rawBody: Uint8Array,
  ): CallbackNote | undefined {
    const id = headers('webhook-id') ?? '';
    const timestamp = headers('webhook-timestamp') ?? '';
    if (!/^[\x21-\x7e]{1,128}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return undefined;
    const signature = headers('webhook-signature') ?? '';
    const parts = {id, timestamp, body: rawBody};
    if (!this.#options.secrets.some(secret => isSigned(parts, signature, secret))) return undefined;
    const body = callbackSchema.safeParse(parsed(rawBody));
    if (!body.success) return undefined;
    return {...body.data, eventId: id, sentWall: Number(timestamp) * 1000};
  }

  #read<Shape>(schema: z.ZodType<Shape>, answer: unknown): Shape {
    const checked = schema.safeParse(answer);
    if (checked.success) return checked.data;
    const where = checked.error.issues[0]?.path.join('.') ?? '';
    const context = {provider: this.name, where};
    throw new SyncError('payment/answer', `${this.name} answers what it should not`, context);
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(body));
  } catch {
    return undefined;
  }
}
