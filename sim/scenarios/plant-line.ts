import {SeededEntropy} from '../clock/seeded-entropy.js';
import type {LineDevice} from '../wire/line-device.js';
import {Rs485Line} from '../wire/rs485-line.js';
import type {World} from '../world.js';

/** A line of a world with whatever hangs on it. */
export function plantLine(
  world: World,
  name: string,
  ...devices: readonly LineDevice[]
): Rs485Line {
  const line = new Rs485Line({
    clock: world.clock,
    entropy: new SeededEntropy(7),
    farEnd: world.end(name),
    baudRate: 9600,
  });
  line.attach(...devices);
  return line;
}

/** Such a line in the site file. */
export function lineBlock(name: string, devices: readonly object[], link: object = {}) {
  return {id: name, link: {kind: 'serial', path: name, baudRate: 9600, ...link}, devices};
}

/** What devices of a world told, oldest first: `gate-1 barrier`, with their data. */
export function told(world: World, device: string, event: string) {
  return world
    .events('device.event')
    .filter(({body}) => body.device === device && body.event === event)
    .map(({body}) => body.data);
}

/** Kinds of the open alarms of a device. */
export function alarmsOf(world: World, device: string): readonly string[] {
  return world
    .alarms()
    .filter(alarm => alarm.device === device)
    .map(({kind}) => kind);
}

/** What the page shows of a device. */
export function shown(world: World, device: string): string {
  return world.edge.site.state().devices.find(({id}) => id === device)?.reading ?? '';
}
