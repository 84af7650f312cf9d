import type {Gm65Command, Gm65Reply} from '../../protocols/code-reader/gm65.js';
import type {ZoneSetting} from '../../protocols/code-reader/gm65-zones.js';

export type AskGm65 = (command: Gm65Command) => Promise<Gm65Reply | undefined>;

export type SetupOutcome =
  | {readonly kind: 'set'; readonly changed: readonly string[]}
  | {readonly kind: 'silent'}
  /** `setting` does not read back as written: another model, or another map. */
  | {readonly kind: 'misfit'; readonly setting: string};

/** Reading moves nothing, so it may be asked again. */
const READS = 3;

/**
 * Bring a module's settings to what they shall be: read, write where they differ, read back, keep.
 * Nothing is written that is right already, since its flash wears. Bits outside a mask stay.
 */
export async function setUpGm65(
  ask: AskGm65,
  settings: readonly ZoneSetting[],
): Promise<SetupOutcome> {
  const changed: string[] = [];
  for (const setting of settings) {
    const outcome = await bring(ask, setting);
    if (outcome === 'silent') return {kind: 'silent'};
    if (outcome === 'misfit') return {kind: 'misfit', setting: setting.name};
    if (outcome === 'changed') changed.push(setting.name);
  }
  // Unsaved settings hold until the next power cut; the next check finds and repeats them.
  if (changed.length > 0) await ask({kind: 'save'});
  return {kind: 'set', changed};
}

async function bring(
  ask: AskGm65,
  {zone, mask, value}: ZoneSetting,
): Promise<'silent' | 'misfit' | 'right' | 'changed'> {
  const before = await readZone(ask, zone);
  if (before === undefined) return 'silent';
  if ((before & mask) === value) return 'right';
  // The answer proves nothing, and its loss neither: what the zone holds afterwards does.
  await ask({kind: 'write', zone, data: Uint8Array.of((before & ~mask) | value)});
  const after = await readZone(ask, zone);
  if (after === undefined) return 'silent';
  return (after & mask) === value ? 'changed' : 'misfit';
}

async function readZone(ask: AskGm65, zone: number): Promise<number | undefined> {
  for (let read = 0; read < READS; read += 1) {
    const reply = await ask({kind: 'read', zone, count: 1});
    if (reply?.status === 0 && reply.data.length === 1) return reply.data[0];
  }
  return undefined;
}
