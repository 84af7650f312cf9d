import type {VersionShelf} from '../mqtt-version.js';
import type {IdentityShelf} from './gateway-identity.js';

const FILE = 'mqtt-version';
const LINE = /^([45]) (\S+)\n$/;

/** Keeps which MQTT the broker at `broker` speaks beside the identity; of another broker it knows nothing. */
export function keptVersion(shelf: IdentityShelf, broker: string): VersionShelf {
  return {
    read: () => {
      const content = readOrNothing(shelf);
      const [, version, known] = LINE.exec(Buffer.from(content ?? []).toString('utf8')) ?? [];
      if (known !== broker) return undefined;
      return version === '4' ? 4 : 5;
    },
    write: version => {
      try {
        shelf.write(FILE, Buffer.from(`${version} ${broker}\n`));
      } catch {
        // A disk that takes nothing: the next start learns it once more.
      }
    },
  };
}

function readOrNothing(shelf: IdentityShelf): Uint8Array | undefined {
  try {
    return shelf.read(FILE);
  } catch {
    return undefined;
  }
}
