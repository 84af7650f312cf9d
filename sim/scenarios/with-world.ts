import {World, type WorldOptions} from '../world.js';

/** The part of a test's context that outlives its body. */
interface Teardown {
  teardown(end: () => Promise<void>): void;
}

/** Play a scenario in a world of its own. The world is closed however it ends, and then fails on harm. */
export async function withWorld(
  t: Teardown,
  options: WorldOptions,
  play: (world: World) => Promise<unknown>,
): Promise<void> {
  const world = await World.start(options);
  t.teardown(() => world.close());
  await play(world);
}
