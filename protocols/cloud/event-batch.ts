import {z} from 'zod';
import {
  type DeepReadonly,
  hashSchema,
  LAST_UNIX_MILLIS,
  type unixMillisSchema,
} from './site-schemas.js';
import {bootSchema, clockStateSchema, epochSchema, eventKindSchema} from './wire-words.js';

/*
 * `u/ev`, the message that carries nearly all bytes of the contract. It is written as lines: the head,
 * then the bodies as they stand in the journal, one each, so that no text is escaped or parsed on its
 * way and the chain is checked over the very bytes. What is common to neighbours stands once.
 */

/** A batch never holds more events. @see sync.md 7, sending */
export const MAX_BATCH_EVENTS = 500;
/** A body never has more characters. */
export const MAX_BODY_CHARS = 60_000;

/** One event: kind, boot, mono, wall, clk, body as the JSON text that the hash chain covers. */
type WireEvent = DeepReadonly<
  [
    kind: string,
    boot: string,
    mono: number,
    wall: z.infer<typeof unixMillisSchema>,
    clk: z.infer<typeof clockStateSchema>,
    body: string,
  ]
>;

/**
 * Where an event stood first, before the gateway had to number anew: epoch, number and chain hash there.
 * The hash covers all that came before, so that two events of one origin are one event.
 */
type Origin = DeepReadonly<[epoch: string, seq: number, h: string]>;

/** Events `from .. from+n-1`; `p` is the chain hash before the first, `h` after the last. */
interface Batch {
  readonly epoch: string;
  readonly from: number;
  readonly n: number;
  readonly ev: readonly WireEvent[];
  readonly p: string;
  readonly h: string;
  /** Origins of the first of them, those that were carried over into this epoch. */
  readonly o?: readonly Origin[] | undefined;
}

function columnSchema(description: string) {
  const items = {type: 'integer'};
  return z.unknown().meta({type: 'array', items, maxItems: MAX_BATCH_EVENTS, description});
}

/**
 * The head. `run` gives boot and clock state of so many events in a row; `kind` indexes `kinds`, one
 * each; `mono` is the first reading, then the steps to the next; `wall` the same of wall less mono,
 * which stays 0 for as long as neither clock is set.
 */
const headSchema = z.object({
  epoch: epochSchema,
  from: z.int().min(1),
  n: z.int().min(1).max(MAX_BATCH_EVENTS),
  p: hashSchema,
  h: hashSchema,
  run: z
    .array(z.tuple([z.int().min(1), bootSchema, clockStateSchema]))
    .min(1)
    .max(MAX_BATCH_EVENTS),
  kinds: z.array(eventKindSchema).min(1).max(MAX_BATCH_EVENTS),
  o: z
    .array(z.tuple([epochSchema, z.int().min(1), hashSchema]))
    .min(1)
    .max(MAX_BATCH_EVENTS)
    .optional(),
  // The three columns and the bodies are checked below, by hand: they are what the time goes into. What
  // stands here is for the description of the topics.
  kind: columnSchema('Of each event its place in `kinds`'),
  mono: columnSchema('Milliseconds of the first event, then the steps to the next'),
  wall: columnSchema('The same of wall less mono'),
  lines: z.unknown().meta({
    ...{
      type: 'array',
      items: {type: 'string', maxLength: MAX_BODY_CHARS},
      maxItems: MAX_BATCH_EVENTS,
    },
    description: 'Bodies as JSON text; on the wire no key, but the lines that follow the object',
  }),
});
type Head = z.infer<typeof headSchema>;

/** From head and lines to the events, complete or not at all. */
export const batchSchema = headSchema.transform((head, context): Batch => {
  const events = readEvents(head);
  if (typeof events !== 'string') {
    const {epoch, from, n, p, h, o} = head;
    return {epoch, from, n, ev: events, p, h, ...(o && {o})};
  }
  context.addIssue({code: 'custom', path: [events]});
  return z.NEVER;
});

/** The lines of a batch; every body is one line already, since JSON never writes a line break. */
export function batchLines(batch: Omit<Batch, 'n'>): readonly string[] {
  const {epoch, from, ev, p, h, o} = batch;
  const kinds: string[] = [];
  const places = new Map<string, number>();
  const run: [number, string, string][] = [];
  const columns = {kind: [] as number[], mono: [] as number[], wall: [] as number[]};
  const lines = [''];
  let [lastMono, lastOffset] = [0, 0];
  for (const [kind, boot, mono, wall, clk, body] of ev) {
    let place = places.get(kind);
    if (place === undefined) {
      place = kinds.push(kind) - 1;
      places.set(kind, place);
    }
    const current = run.at(-1);
    if (current?.[1] === boot && current[2] === clk) current[0] += 1;
    else run.push([1, boot, clk]);
    const offset = wall - mono;
    columns.kind.push(place);
    columns.mono.push(mono - lastMono);
    columns.wall.push(offset - lastOffset);
    lines.push(body);
    lastMono = mono;
    lastOffset = offset;
  }
  lines[0] = JSON.stringify({epoch, from, n: ev.length, p, h, run, kinds, ...columns, o});
  return lines;
}

/** The events, or which part of the message does not fit. */
function readEvents(head: Head): readonly WireEvent[] | string {
  const {n, kinds, run, o} = head;
  const {kind, mono, wall, lines} = head;
  if (o && o.length > n) return 'o';
  if (!isColumn(kind, n)) return 'kind';
  if (!isColumn(mono, n)) return 'mono';
  if (!isColumn(wall, n)) return 'wall';
  if (!areBodies(lines, n)) return 'lines';
  const events: WireEvent[] = [];
  let [monoMs, offsetMs] = [0, 0];
  for (const [count, boot, clk] of run) {
    const end = events.length + count;
    if (end > n) return 'run';
    for (let index = events.length; index < end; index += 1) {
      const name = kinds[kind[index] as number];
      monoMs += mono[index] as number;
      offsetMs += wall[index] as number;
      if (name === undefined) return 'kind';
      if (monoMs < 0 || !Number.isSafeInteger(monoMs)) return 'mono';
      const wallMs = monoMs + offsetMs;
      if (!isUnixMillis(wallMs)) return 'wall';
      events.push([name, boot, monoMs, wallMs, clk, lines[index] as string]);
    }
  }
  return events.length === n ? events : 'run';
}

function isColumn(value: unknown, length: number): value is readonly number[] {
  return Array.isArray(value) && value.length === length && value.every(Number.isSafeInteger);
}

function areBodies(value: unknown, length: number): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length === length &&
    value.every(line => typeof line === 'string' && line.length <= MAX_BODY_CHARS)
  );
}

function isUnixMillis(value: number): value is WireEvent[3] {
  return Number.isSafeInteger(value) && value >= 0 && value <= LAST_UNIX_MILLIS;
}
