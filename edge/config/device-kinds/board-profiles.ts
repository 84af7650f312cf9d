import {ADAM_4150, MOXA_R1210} from '../../../protocols/profiles/counting-inputs-profile.js';
import {
  WAVESHARE_IO_8CH,
  WAVESHARE_RELAY_8CH,
} from '../../../protocols/profiles/relay-board-profile.js';

/** Boards by their names in the site file. */
export const RELAY_PROFILES = {
  waveshareRelay8ch: WAVESHARE_RELAY_8CH,
  waveshareIo8ch: WAVESHARE_IO_8CH,
} as const;

export const COUNTER_PROFILES = {adam4150: ADAM_4150, moxaR1210: MOXA_R1210} as const;

/** What a board has. */
export interface BoardParts {
  readonly output: number;
  readonly input: number;
  /** It times pulses by itself. */
  readonly hasPulses: boolean;
}

/** Undefined for what is no such board, or has a profile that nobody knows. */
export function partsOfBoard(kind: string, profile: string | undefined): BoardParts | undefined {
  if (kind === 'relay-board') {
    const name = profile ?? 'waveshareRelay8ch';
    if (!isKeyOf(RELAY_PROFILES, name)) return undefined;
    const {outputs, inputs, pulse} = RELAY_PROFILES[name];
    return {output: outputs.quantity, input: inputs, hasPulses: pulse !== undefined};
  }
  const name = profile ?? 'adam4150';
  if (kind !== 'counting-inputs' || !isKeyOf(COUNTER_PROFILES, name)) return undefined;
  return {output: 0, input: COUNTER_PROFILES[name].inputs, hasPulses: false};
}

function isKeyOf<Map extends object>(map: Map, key: string): key is keyof Map & string {
  return Object.hasOwn(map, key);
}
