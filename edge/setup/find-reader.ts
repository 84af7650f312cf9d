import {Rdm6300Reader} from '../../drivers/card-reader/rdm6300-reader.js';
import {asId} from '../../protocols/site/ids.js';
import type {SetupMachine} from './contract.js';

const READER_BAUD_RATE = 9600;

/** Listen on ports that may have a card reader while a person holds a card to one; the ports where a card was heard. */
export async function heardReaders(
  paths: readonly string[],
  whileListening: () => Promise<unknown>,
  machine: SetupMachine,
): Promise<readonly string[]> {
  const heard = new Set<string>();
  const readers = paths.map(
    path =>
      new Rdm6300Reader({
        id: asId(path),
        link: machine.openLink(
          {kind: 'serial', path, baudRate: READER_BAUD_RATE, parity: 'none'},
          path,
        ),
        clock: machine.clock,
        listener: {
          onCard: () => heard.add(path),
          onCardGone: () => {},
          onReadError: () => {},
          onLink: () => {},
        },
      }),
  );
  try {
    await whileListening();
  } finally {
    for (const reader of readers) await reader.close();
  }
  return [...heard];
}
