import type {SiteEventBodies} from '../../../protocols/site/events.js';
import type {CloudDatabase} from './cloud-database.js';

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

const BAY = 'bay, arm, occupancy, online, saleable, changed_wall AS changedWall';
const ALARM =
  'alarm, kind, state, bay, collector, count, contact, person, note, changed_wall AS changedWall';
const NEWER = 'WHERE (excluded.epoch_no, excluded.seq) > (epoch_no, seq)';

/** Latest state of bays and alarms, kept up in the transaction that stores the event. */
export class SiteView {
  readonly #prepare;

  constructor(database: CloudDatabase) {
    const {connection} = database;
    this.#prepare = {
      putBay: connection.prepare(
        `INSERT INTO bay (gw, bay, arm, occupancy, online, saleable, changed_wall, epoch_no, seq)
         VALUES (@gateway, @bay, @arm, @occupancy, @online, @saleable, @wall, @epochNo, @seq)
         ON CONFLICT DO UPDATE SET arm = excluded.arm, occupancy = excluded.occupancy,
         online = excluded.online, saleable = excluded.saleable,
         changed_wall = excluded.changed_wall, epoch_no = excluded.epoch_no, seq = excluded.seq
         ${NEWER}`,
      ),
      putAlarm: connection.prepare(
        `INSERT INTO alarm (gw, alarm, kind, state, bay, collector, count, contact, person, note,
         changed_wall, epoch_no, seq) VALUES (@gateway, @alarm, @kind, @state, @bay, @collector,
         @count, @contact, @person, @note, @wall, @epochNo, @seq)
         ON CONFLICT DO UPDATE SET state = excluded.state, count = excluded.count,
         contact = excluded.contact, person = excluded.person, note = excluded.note,
         changed_wall = excluded.changed_wall, epoch_no = excluded.epoch_no, seq = excluded.seq
         ${NEWER}`,
      ),
      bays: connection.prepare(`SELECT ${BAY} FROM bay WHERE gw = ? ORDER BY bay`),
      alarms: connection.prepare(
        `SELECT ${ALARM} FROM alarm WHERE gw = ? ORDER BY changed_wall DESC, alarm LIMIT 500`,
      ),
    };
  }

  putBay(place: EventPlace, body: SiteEventBodies['bay']): void {
    const {bay, arm, occupancy} = body;
    const flags = {online: body.online ? 1 : 0, saleable: body.saleable ? 1 : 0};
    this.#prepare.putBay.run({...place, bay, arm, occupancy, ...flags});
  }

  putAlarm(place: EventPlace, body: SiteEventBodies['alarm']): void {
    const {alarm, kind, state, bay, collector, count, contact, person, note} = body;
    const row = {alarm, kind, state, bay, collector, count, contact, person, note};
    this.#prepare.putAlarm.run({...place, ...row});
  }

  bays(gateway: string): readonly BayRow[] {
    const rows = this.#prepare.bays.all(gateway) as (Omit<BayRow, 'online' | 'saleable'> & {
      online: number;
      saleable: number;
    })[];
    return rows.map(row => ({...row, online: row.online === 1, saleable: row.saleable === 1}));
  }

  alarms(gateway: string): readonly AlarmRow[] {
    return this.#prepare.alarms.all(gateway) as AlarmRow[];
  }
}
