import type {ConfigPath} from '../yaml-source.js';

type Loose = Readonly<Record<string, unknown>>;

const RELAYS = ['relay-board'];
const CONTACTS = ['discrete-inputs', 'relay-board'];
const COUNTERS = ['counting-inputs'];

/** Kinds whose outputs stay as they were told. */
const HELD: ReadonlySet<string> = new Set(['siren', 'loop-button']);

/** Fields of each kind that name a board, and below which fields the parts of it that are used stand. */
const USES: Readonly<Record<string, readonly Use[]>> = {
  barrier: [
    {
      board: ['relays'],
      kinds: RELAYS,
      part: 'output',
      at: [
        ['outputs', 'open'],
        ['outputs', 'close'],
        ['outputs', 'stop'],
      ],
    },
    {
      board: ['inputs'],
      kinds: CONTACTS,
      part: 'input',
      at: ['openLimit', 'closedLimit', 'safetyLoop', 'photocell', 'approachLoop'].map(name => [
        'contacts',
        name,
        'input',
      ]),
    },
  ],
  'door-strike': [
    {board: ['relays'], kinds: RELAYS, part: 'output', at: [['output']]},
    {
      board: ['inputs'],
      kinds: CONTACTS,
      part: 'input',
      at: [
        ['door', 'input'],
        ['exit', 'input'],
      ],
    },
  ],
  'fire-panel': [{board: ['inputs'], kinds: CONTACTS, part: 'input', at: [['fire', 'input']]}],
  siren: [{board: ['relays'], kinds: RELAYS, part: 'output', at: [['output']]}],
  'relay-output': [{board: ['relays'], kinds: RELAYS, part: 'output', at: [['output']]}],
  'loop-button': [
    ...['sounder', 'lamp'].map(name => ({
      board: [name, 'device'],
      kinds: RELAYS,
      part: 'output' as const,
      at: [[name, 'output']],
    })),
    {
      board: ['counter', 'device'],
      kinds: COUNTERS,
      part: 'input',
      at: [['counter', 'input']],
    },
  ],
  'pulse-meter': [
    {
      board: ['relays'],
      kinds: RELAYS,
      part: 'output',
      at: [
        ['outputs', 'open'],
        ['outputs', 'close'],
      ],
    },
    {board: ['counters'], kinds: COUNTERS, part: 'input', at: [['input']]},
  ],
  'row-valve': [
    {
      board: ['relays'],
      kinds: RELAYS,
      part: 'output',
      at: [
        ['outputs', 'open'],
        ['outputs', 'close'],
      ],
    },
  ],
  'beam-counter': [
    {board: ['counters'], kinds: COUNTERS, part: 'input', at: [['outer'], ['inner']]},
  ],
};

/** A device uses a part of a board. */
export interface PlantReference {
  readonly device: string;
  readonly kinds: readonly string[];
  readonly user: string;
  readonly path: ConfigPath;
  readonly part: string;
  readonly namedAt: ConfigPath;
  /** What the board must have. */
  readonly needs: {
    readonly part: 'output' | 'input';
    readonly number: number;
    /** The board must time the pulses. */
    readonly isPulsed: boolean;
  };
}

interface Use {
  readonly board: readonly string[];
  readonly kinds: readonly string[];
  readonly part: 'output' | 'input';
  readonly at: readonly (readonly string[])[];
}

/** What a device of the site file uses of boards, read without trusting the shape of the file. */
export function plantReferences(device: unknown, path: ConfigPath): readonly PlantReference[] {
  const kind = at(device, ['kind']);
  const user = at(device, ['id']);
  const uses = typeof kind === 'string' ? (USES[kind] ?? []) : [];
  return uses.flatMap(use => {
    const board = at(device, use.board);
    if (typeof board !== 'string') return [];
    return use.at.flatMap(place => {
      const number = at(device, place);
      if (typeof number !== 'number') return [];
      return {
        device: board,
        kinds: use.kinds,
        user: typeof user === 'string' ? user : String(kind),
        path: [...path, ...place],
        part: `${use.part} ${number}`,
        namedAt: [...path, ...use.board],
        needs: {part: use.part, number, isPulsed: use.part === 'output' && isPulsed(device)},
      };
    });
  });
}

/** Must its board time pulses? */
function isPulsed(device: unknown): boolean {
  const kind = String(at(device, ['kind']));
  if (kind !== 'relay-output') return !HELD.has(kind);
  const remote = at(device, ['remote']);
  return Array.isArray(remote) && remote.includes('pulse');
}

function at(value: unknown, steps: readonly string[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Loose)[step];
  }
  return found;
}
