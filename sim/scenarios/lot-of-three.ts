import type {ExecutionContext} from 'ava';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {asId} from '../../protocols/site/ids.js';
import {World, type WorldCollector, type WorldOptions} from '../world.js';
import {bookedLot, moneyOf} from './booked-lot.js';
import {NINE} from './linked-cloud.js';
import {cloudOf} from './lot-on-platform.js';

export interface Order {
  readonly id: string;
  readonly state: string;
  readonly holder: string;
  readonly booking: {
    readonly point: string;
    readonly amountFen: number;
    readonly chargedFen: number;
    readonly usedMs: number;
    readonly note: string | null;
  };
}
interface Change {
  readonly type: string;
  readonly subjectId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const PEOPLE = ['chen', 'wang', 'zhao'] as const;
const BOOKED: readonly string[] = ['A-012', 'A-013'];

interface LotMore {
  readonly bays?: readonly string[];
  readonly more?: WorldCollector['more'];
}

/** What changed at the platform since now. */
export async function following(world: World) {
  const cloud = cloudOf(world);
  const {nextCursor} = await cloud.get<{nextCursor: string}>('/v1/changes?cursor=now');
  return async (type: string) => {
    const path = `/v1/changes?cursor=${nextCursor}`;
    const {changes} = await cloud.get<{changes: Change[]}>(path);
    return changes.filter(change => change.type === type);
  };
}

/** Bays of the lender lin by the hour, two unless said otherwise, and three people with cards who book them. */
export async function lotOfThree(
  t: ExecutionContext,
  {bays = BOOKED, more, ...options}: Partial<WorldOptions> & LotMore = {},
) {
  const database = await bookedLot(t, {fromMs: NINE, bays, members: [...PEOPLE, 'lin']});
  const collectors = [{id: 'C1', bays, travelMs: 1000, ...(more && {more})}];
  const world = await World.start({collectors, cloud: {database}, wallMs: NINE, ...options});
  t.teardown(() => world.close());
  const cloud = cloudOf(world);
  const cards = new Map<string, Awaited<ReturnType<typeof world.office.card>>>();
  for (const who of PEOPLE) cards.set(who, await world.office.card({holder: asId(who)}));
  const told = await following(world);
  const ask = <Body>(method: string, path: string, body?: object) =>
    world.clock.settle(cloud.ask<Body>(method, path, body));
  return {
    ...{world, cloud, told, ask},
    book: async (holder: string, from: number, until: number, point = 'A-012') => {
      const hours = {fromMs: NINE + from * MINUTE_MS, untilMs: NINE + until * MINUTE_MS};
      const wish = {site: 'lot-1', point, plate: '粤B12345', holder, ...hours};
      const {body} = await ask<Order>('POST', '/v1/bookings', wish);
      return body.id;
    },
    see: (id: string) => cloud.get<Order>(`/v1/orders/${id}`),
    money: (account: Parameters<typeof moneyOf>[1]) => moneyOf(database, account),
    to: (minute: number, seconds = 0) =>
      world.advance(NINE + minute * MINUTE_MS + seconds * SECOND_MS - world.clock.wallMs()),
    /** Shows his card; gives the bay that goes down for him. */
    tap: async (who: string) => {
      const card = cards.get(who);
      if (!card) throw new Error(`nobody has a card of ${who}`);
      const wereUp = bays.filter(bay => world.site.lock(bay).arm === 'up');
      await world.tap('C1', card);
      await world.advance(5000);
      return wereUp.find(bay => world.site.lock(bay).arm === 'down');
    },
    enter: async (bay: string, plate?: string) => {
      const car = world.car(plate);
      await world.clock.settle(car.enter(world.site.bay(bay)));
      await world.advance(5000);
      return car;
    },
    raises: (bay: string) => world.site.commandTimes(bay, 'raise').length,
  };
}
