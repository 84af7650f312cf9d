import type {z} from 'zod';
import type {DropCounter} from '../drop-counter.js';
import {alarmBodySchema, bayBodySchema, commandBodySchema} from './site-event-schemas.js';
import type {StoredEvent} from './store/event-ledger.js';
import type {EventPlace, SiteView} from './store/site-view.js';

export interface CommandReport {
  readonly gateway: string;
  readonly command: string;
  readonly result: string;
  readonly why: string | null;
}

/** Brings the views up to date with one new event. What the body does not bear is counted, and the
 *  event itself stays stored all the same. */
export class EventViews {
  readonly #view: SiteView;
  readonly #drops: DropCounter;

  constructor(view: SiteView, drops: DropCounter) {
    this.#view = view;
    this.#drops = drops;
  }

  /** Returns what the event says about a command, if it does. */
  apply(gateway: string, event: StoredEvent): CommandReport | undefined {
    const {epochNo, seq, wall} = event;
    const place: EventPlace = {gateway, epochNo, seq, wall};
    if (event.kind === 'bay') {
      const body = this.#read(event, bayBodySchema);
      if (body) this.#view.putBay(place, body);
    } else if (event.kind === 'alarm') {
      const body = this.#read(event, alarmBodySchema);
      if (body) this.#view.putAlarm(place, body);
    } else if (event.kind === 'command') {
      const body = this.#read(event, commandBodySchema);
      return body && {gateway, ...body};
    }
    return undefined;
  }

  #read<Body>(event: StoredEvent, schema: z.ZodType<Body>): Body | undefined {
    const checked = schema.safeParse(parseOrNull(event.body));
    if (checked.success) return checked.data;
    this.#drops.drop(`body/${event.kind}`, {
      seq: event.seq,
      where: checked.error.issues[0]?.path.join('.'),
    });
    return undefined;
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
