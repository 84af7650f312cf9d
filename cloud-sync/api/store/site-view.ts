import {sql} from 'kysely';
import type {SiteEventBodies} from '../../../protocols/site/events.js';
import type {CloudReader, CloudTransaction} from './cloud-schema.js';

export interface BayRow {
  readonly bay: string;
  readonly arm: string;
  readonly occupancy: string;
  readonly online: boolean;
  readonly saleable: boolean;
  readonly changedWall: number;
}

export interface AlarmRow {
  readonly alarm: string;
  readonly kind: string;
  readonly state: string;
  readonly bay: string | null;
  readonly collector: string | null;
  readonly count: number;
  readonly contact: string | null;
  readonly person: string | null;
  readonly note: string | null;
  readonly changedWall: number;
}

/** Where in the gateway's story an event stands; a view never goes back to an older one. */
export interface EventPlace {
  readonly gateway: string;
  readonly epochNo: number;
  readonly seq: number;
  readonly wall: number;
}

export interface PlacedBay {
  readonly place: EventPlace;
  readonly body: SiteEventBodies['bay'];
}

export interface PlacedAlarm {
  readonly place: EventPlace;
  readonly body: SiteEventBodies['alarm'];
}

/** Rows of one statement: far below what either database takes as parameters. */
const SLICE = 100;

/** Latest state of bays and alarms, kept up in the transaction that stores the events; that of bays by
 *  the fast way of its writer, since every car changes it. */
export class SiteView {
  #onAlarms: (kinds: ReadonlySet<string>) => void = () => {};

  /** `listener`: alarms of these kinds are otherwise now; their transaction may still be undone. */
  onAlarms(listener: (kinds: ReadonlySet<string>) => void): void {
    this.#onAlarms = listener;
  }

  /** At most one of each alarm. */
  async putAlarms(tx: CloudTransaction, alarms: readonly PlacedAlarm[]): Promise<void> {
    if (alarms.length > 0) this.#onAlarms(new Set(alarms.map(({body}) => body.kind)));
    for (const slice of slices(alarms)) {
      const rows = slice.map(({place, body}) => {
        const {alarm, kind, state, bay, collector, count, contact, person, note} = body;
        const row = {alarm, kind, state, bay, collector, count, contact, person, note};
        return {...row, ...columnsOf(place)};
      });
      await tx
        .insertInto('alarm')
        .values(rows)
        .onConflict(clash =>
          clash
            .columns(['gw', 'alarm'])
            .doUpdateSet(({ref}) => ({
              state: ref('excluded.state'),
              count: ref('excluded.count'),
              contact: ref('excluded.contact'),
              person: ref('excluded.person'),
              note: ref('excluded.note'),
              changed_wall: ref('excluded.changed_wall'),
              epoch_no: ref('excluded.epoch_no'),
              seq: ref('excluded.seq'),
            }))
            .where(sql<boolean>`(excluded.epoch_no, excluded.seq) > (alarm.epoch_no, alarm.seq)`),
        )
        .execute();
    }
  }

  async bays(db: CloudReader, gateway: string): Promise<readonly BayRow[]> {
    const rows = await db
      .selectFrom('bay')
      .select(['bay', 'arm', 'occupancy', 'online', 'saleable', 'changed_wall as changedWall'])
      .where('gw', '=', gateway)
      .orderBy('bay')
      .execute();
    return rows.map(row => ({...row, online: row.online === 1, saleable: row.saleable === 1}));
  }

  /** With their places, of some gateways. */
  async placedBays(
    db: CloudReader,
    gateways: readonly string[],
  ): Promise<readonly (BayRow & EventPlace)[]> {
    const rows = await db
      .selectFrom('bay')
      .select(['gw as gateway', 'epoch_no as epochNo', 'seq', 'changed_wall as wall'])
      .select(['bay', 'arm', 'occupancy', 'online', 'saleable', 'changed_wall as changedWall'])
      .where('gw', 'in', gateways)
      .execute();
    return rows.map(row => ({...row, online: row.online === 1, saleable: row.saleable === 1}));
  }

  alarms(db: CloudReader, gateway: string): Promise<readonly AlarmRow[]> {
    return db
      .selectFrom('alarm')
      .select(['alarm', 'kind', 'state', 'bay', 'collector', 'count', 'contact', 'person', 'note'])
      .select('changed_wall as changedWall')
      .where('gw', '=', gateway)
      .orderBy('changed_wall', 'desc')
      .orderBy('alarm')
      .limit(500)
      .execute();
  }
}

function columnsOf({gateway, epochNo, seq, wall}: EventPlace) {
  return {gw: gateway, epoch_no: epochNo, seq, changed_wall: wall};
}

function slices<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / SLICE);
  return Array.from({length: count}, (_, index) => items.slice(index * SLICE, (index + 1) * SLICE));
}
