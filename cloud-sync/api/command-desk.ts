import type {Clock, Entropy, Millis} from '../../protocols/base/clock.js';
import type {CommandBook} from './command-book.js';
import {type Caller, maySee} from './http/caller.js';
import {Refusal} from './http/refusals.js';
import type {CloudReader, CloudTransaction} from './store/cloud-schema.js';
import type {CommandKind, CommandRow, CommandsAsked} from './store/command-table.js';
import type {GatewayTable} from './store/gateway-table.js';
import type {AuditLog} from './tenancy/audit-log.js';
import type {PointKind, SiteTable} from './tenancy/site-table.js';

export interface CommandWish {
  readonly site: string;
  readonly point: string;
  readonly kind: CommandKind;
  readonly reason: string;
  readonly ttlMs: Millis;
  /** `traceparent` of the request. */
  readonly trace: string;
}

export interface CommandDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sites: SiteTable;
  readonly gateways: GatewayTable;
  readonly book: CommandBook;
  readonly audit: AuditLog;
}

/** What may be ordered of a point: its arm, strike, gate or relay, or the end of its water. A vehicle stands in a bay,
 *  whose arm it is. Of a relay the site file says which of these it lets in. */
const ABLE: Readonly<Record<PointKind, readonly CommandKind[]>> = {
  bay: ['open', 'close'],
  vehicle: ['open', 'close'],
  stall: ['stop'],
  room: [],
  door: ['open', 'pulse'],
  barrier: ['open', 'close'],
  relay: ['open', 'close', 'pulse'],
};

/** Takes orders for arms, doors and gates, and takes them back as long as nobody was told. */
export class CommandDesk {
  readonly #options: CommandDeskOptions;

  constructor(options: CommandDeskOptions) {
    this.#options = options;
  }

  /** `count` is told which arm it is about, as soon as it is known that he may order it.
   *  @throws Refusal `not_found`, `not_able`, `no_gateway` */
  async order(
    tx: CloudTransaction,
    caller: Caller,
    wish: CommandWish,
    count: (bay: string) => void,
  ): Promise<CommandRow> {
    const {clock, entropy, gateways, book, audit} = this.#options;
    const place = await this.#placeOf(tx, caller, wish);
    count(place.bay);
    await gateways.add(tx, [place.gateway]);
    const createdWall = clock.wallMs();
    const row: CommandRow = {
      ...{...wish, ...place, id: entropy.ulid(), tenant: caller.tenant, by: caller.id},
      ...{state: 'pending', why: null, createdWall, dueWall: createdWall + wish.ttlMs},
      ...{session: null, sentWall: null, deliveredWall: null, closedWall: null, journal: null},
    };
    await book.add(tx, row);
    await audit.note(tx, {
      ...{tenant: caller.tenant, actor: caller.id, action: `command.${wish.kind}`},
      ...{subject: 'command', subjectId: row.id, reason: wish.reason},
      detail: `${wish.site} ${wish.point}`,
    });
    return row;
  }

  /** @throws Refusal `not_found`, `command_sent` */
  async cancel(tx: CloudTransaction, caller: Caller, id: string): Promise<CommandRow> {
    const {clock, book, audit} = this.#options;
    await this.get(tx, caller, id);
    const stepped = await book.step(tx, {id}, {kind: 'cancel'}, clock.wallMs());
    if (stepped?.row.why !== 'CANCELLED') throw new Refusal('command_sent');
    const {tenant, id: actor} = caller;
    await audit.note(tx, {
      ...{tenant, actor, action: 'command.cancel', subject: 'command', subjectId: id},
    });
    return stepped.row;
  }

  /** @throws Refusal `not_found` */
  async get(db: CloudReader, caller: Caller, id: string): Promise<CommandRow> {
    const row = await this.#options.book.table.get(db, id);
    if (row?.tenant !== caller.tenant || !maySee(caller, row.site)) throw new Refusal('not_found');
    return row;
  }

  page(
    db: CloudReader,
    {tenant, sites}: Caller,
    asked: Omit<CommandsAsked, 'tenant' | 'sites'>,
  ): Promise<readonly CommandRow[]> {
    return this.#options.book.table.page(db, {...asked, tenant, sites});
  }

  async #placeOf(
    tx: CloudTransaction,
    caller: Caller,
    {site: siteId, point: pointId, kind}: CommandWish,
  ): Promise<{readonly gateway: string; readonly bay: string}> {
    const {sites} = this.#options;
    const site = maySee(caller, siteId) && (await sites.get(tx, caller.tenant, siteId));
    const point = site && (await sites.point(tx, siteId, pointId));
    if (!point) throw new Refusal('not_found');
    const able = ABLE[point.kind];
    if (!able.includes(kind)) {
      const detail = `a ${point.kind} can ${able.join(' or ') || 'be ordered nothing from afar'}`;
      throw new Refusal('not_able', {detail});
    }
    const bay = await sites.bayOf(tx, siteId, pointId);
    if (!bay) throw new Refusal('not_able', {detail: 'the vehicle stands in no bay'});
    const serving = await sites.gateways(tx, caller.tenant, siteId);
    const gateway = bay.gateway ?? (serving.length === 1 ? serving[0] : undefined);
    if (gateway === undefined) throw new Refusal('no_gateway');
    return {gateway, bay: bay.id};
  }
}
