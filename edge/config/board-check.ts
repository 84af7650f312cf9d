import {partsOfBoard} from './device-kinds/board-profiles.js';
import type {PlantReference} from './device-kinds/plant-references.js';
import type {ConfigPath} from './yaml-source.js';

interface Board {
  readonly id: string;
  readonly kind: string;
  readonly profile: string | undefined;
}

/** Uses of outputs, inputs and pulses that a board has not. */
export function boardProblems(
  uses: readonly PlantReference[],
  boards: readonly Board[],
): readonly {readonly path: ConfigPath; readonly text: string}[] {
  return uses.flatMap(({device, path, needs: {part, number, isPulsed}}) => {
    const board = boards.find(({id}) => id === device);
    const parts = board && partsOfBoard(board.kind, board.profile);
    if (!parts) return [];
    if (number >= parts[part]) {
      const has = parts[part] === 0 ? `no ${part}s` : `${part}s 0-${parts[part] - 1}`;
      return [{path, text: `expected an ${part} of ${device}, which has ${has}, got ${number}`}];
    }
    if (!isPulsed || parts.hasPulses) return [];
    return [{path, text: `expected a board that times pulses, and ${device} does not`}];
  });
}
