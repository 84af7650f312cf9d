import type {StallPost} from './bath-schema.js';
import type {PlainCollectorConfig} from './collector-schema.js';
import type {SiteConfig} from './schema.js';

/**
 * What collectors have taken of each device: `''` the whole of it, of an OSDP reader `card`, `text` or
 * `input 3`.
 */
export function takenParts({
  bath,
  collectors,
}: SiteConfig): ReadonlyMap<string, ReadonlySet<string>> {
  const taken = new Map<string, Set<string>>();
  const take = (device: string, part: string) => {
    taken.set(device, (taken.get(device) ?? new Set()).add(part));
  };
  for (const collector of collectors) {
    for (const {lock, sensor} of collector.bays) {
      take(lock, '');
      if (sensor.from === 'input') take(sensor.device, `input ${sensor.input}`);
    }
    if (collector.kind !== 'plain') continue;
    const {reader, display, button} = collector;
    if ('device' in reader) take(reader.device, 'card');
    take(display, 'text');
    if (typeof button === 'string') take(button, '');
    else take(button.device, `input ${button.input}`);
  }
  for (const {display, button} of bath?.stalls ?? []) {
    take(display, 'text');
    take(button, '');
  }
  return taken;
}

/** The stalls of a site, as posts beside its collectors. */
export function stallPosts({bath}: Pick<SiteConfig, 'bath'>): readonly StallPost[] {
  if (!bath) return [];
  return bath.stalls.map(stall => ({...stall, kind: 'stall', zone: bath.zone}));
}

/** Collectors and stalls by the scanners and keypads whose codes they judge. */
export function codePosts({bath, collectors}: SiteConfig): ReadonlyMap<string, string> {
  return new Map([
    ...collectors.flatMap(({id, codes}) => codes.map(device => [device, id] as const)),
    ...(bath?.stalls ?? []).map(({id, keypad}) => [keypad, id] as const),
  ]);
}

/** How a call button is named: that on a reader is a part of it, and can be cut off alone. */
export function buttonName({button}: Pick<PlainCollectorConfig, 'button'>): string {
  return typeof button === 'string' ? button : `${button.device}.input${button.input}`;
}

/** How the reader of cards is named: a device of the site, or one that only this collector knows. */
export function readerName({id, reader}: Pick<PlainCollectorConfig, 'id' | 'reader'>): string {
  return 'device' in reader ? reader.device : `${id}.reader`;
}
