import test from 'ava';
import type {World, WorldOptions} from '../world.js';
import {withWorld} from './with-world.js';
import type {WorldCloud} from './world-cloud.js';

const BAY = 'A-012';
const OPTIONS: WorldOptions = {
  cloud: true,
  collectors: [{id: 'C1', bays: [BAY], travelMs: 3000, pollMs: 250}],
};

interface Change {
  readonly type: string;
  readonly subjectId: string;
  readonly data: {readonly traceparent: string};
}

/** A world whose cloud knows the bay, by which an operator orders its arm. */
class Desk {
  readonly world: World;
  readonly cloud: WorldCloud;

  private constructor(world: World, cloud: WorldCloud) {
    this.world = world;
    this.cloud = cloud;
  }

  static async of(world: World): Promise<Desk> {
    if (!world.cloud) throw new Error('a world with a cloud');
    await world.cloud.addSite('lot-1', [BAY]);
    return new Desk(world, world.cloud);
  }

  get arm(): string {
    return this.world.site.lock(BAY).arm;
  }

  order(kind: 'open' | 'close' = 'open') {
    return this.cloud.order('lot-1', BAY, kind);
  }

  async stateOf(id: string): Promise<string> {
    const {state, why} = await this.cloud.command(id);
    return why === null ? state : `${state} ${why}`;
  }

  /** Time goes on until the command stands so. */
  async until(id: string, state: string): Promise<void> {
    for (let step = 0; step < 1200; step += 1) {
      if ((await this.stateOf(id)) === state) return;
      await this.world.advance(50);
    }
    throw new Error(`never ${state}, but ${await this.stateOf(id)}`);
  }

  /** How followers were told of it. */
  async told(id: string): Promise<readonly string[]> {
    await this.world.advance(2000);
    const {changes} = await this.cloud.get<{changes: Change[]}>('/v1/changes?limit=200');
    return changes.filter(({subjectId}) => subjectId === id).map(({type}) => type.slice(8));
  }
}

test('a bay is opened and closed by command: confirmed when the lock says so and not before, under one trace', t =>
  withWorld(t, OPTIONS, async world => {
    const desk = await Desk.of(world);
    const open = await desk.order();
    t.is(open.state, 'pending');
    await desk.until(open.id, 'delivered');
    t.not(desk.arm, 'down');
    await desk.until(open.id, 'confirmed');
    t.is(desk.arm, 'down');
    t.deepEqual(await desk.told(open.id), ['pending', 'sent', 'delivered', 'confirmed']);
    const traced = (await desk.cloud.events()).filter(event => event.traceparent !== null);
    t.deepEqual([...new Set(traced.map(({kind}) => kind))].sort(), ['actuation', 'command']);
    t.true(traced.every(({traceparent}) => traceparent === open.traceparent));

    const close = await desk.order('close');
    await desk.until(close.id, 'confirmed');
    t.is(desk.arm, 'up');
    t.is(world.site.lock(BAY).commands.length, 2);
  }));

test('a deaf lock lets its command fail after six tries, and a car under an arm at once', t =>
  withWorld(t, OPTIONS, async world => {
    const desk = await Desk.of(world);
    world.site.lock(BAY).ail({deaf: 'acks'});
    const open = await desk.order();
    await desk.until(open.id, 'delivered');
    await world.advance(24_000);
    t.is(await desk.stateOf(open.id), 'delivered');
    await world.advance(8000);
    t.regex(await desk.stateOf(open.id), /^failed /);
    t.is(world.site.lock(BAY).commands.length, 6);
    t.is(desk.arm, 'up');
    world.site.lock(BAY).heal();
    await desk.until((await desk.order()).id, 'confirmed');
    await world.clock.settle(world.car().enter(world.site.bay(BAY)));
    await world.advance(5000);
    const close = await desk.order('close');
    await world.advance(2000);
    t.is(await desk.stateOf(close.id), 'failed CAR_PRESENT');
    t.is(desk.arm, 'down');
  }));

test('with the link cut a command expires, and no arm moves then or later', t =>
  withWorld(t, OPTIONS, async world => {
    const desk = await Desk.of(world);
    desk.cloud.cut();
    await world.advance(2000);
    const open = await desk.order();
    await world.advance(9000);
    t.is(await desk.stateOf(open.id), 'expired GATEWAY_OFFLINE');
    desk.cloud.restore();
    await world.settle();
    await world.advance(60_000);
    t.deepEqual(world.site.lock(BAY).commands, []);
    t.is(desk.arm, 'up');
    t.deepEqual(await desk.told(open.id), ['pending', 'expired']);
  }));

for (const [title, ailment, end] of [
  ['its arm came down meanwhile', {deaf: 'no'}, 'confirmed'],
  ['its arm still stands', {deaf: 'acks'}, 'failed INTERRUPTED'],
] as const) {
  test(`a gateway that dies after delivery leaves a doubt, and tells once it is back: ${title}`, t =>
    withWorld(t, OPTIONS, async world => {
      const desk = await Desk.of(world);
      world.site.lock(BAY).ail(ailment);
      const open = await desk.order();
      await desk.until(open.id, 'delivered');
      await world.advance(1000);
      desk.cloud.cut();
      await world.killEdge();
      await desk.until(open.id, 'unknown GATEWAY_AWAY');
      await world.advance(30_000);
      t.is(await desk.stateOf(open.id), 'unknown GATEWAY_AWAY');
      const moved = world.site.lock(BAY).commands.length;
      desk.cloud.restore();
      world.startEdge();
      await world.settle();
      await desk.until(open.id, end);
      t.is(desk.arm, end === 'confirmed' ? 'down' : 'up');
      t.is(world.site.lock(BAY).commands.length, moved, 'nothing is ordered again');
    }));
}
