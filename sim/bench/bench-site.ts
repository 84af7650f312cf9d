import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {toHex} from '../../protocols/base/bytes.js';
import {siteYaml} from '../plan/site-plan.js';

/** A folder with the site file of one plain collector, its key, and room for its database. */
export interface BenchSite {
  readonly folder: string;
  readonly configPath: string;
  readonly bays: readonly string[];
  remove(): void;
}

export interface BenchSiteOptions {
  readonly bays: number;
  readonly linePath: string;
  readonly readerPath: string;
  readonly pollMs?: number;
  /** With a cloud that cannot be reached. */
  readonly cloud?: boolean;
  /** File name of its database, if another than the usual one. */
  readonly database?: string;
}

const KEY_BYTES = 32;
const CLOUD_KEY_FILE = 'cloud.pub';
/** Nobody listens on the discard port. */
const UNREACHABLE_CLOUD = {
  broker: 'mqtt://127.0.0.1:9',
  tenant: 'bench',
  gateway: 'gw-1',
  publicKeyFile: `./${CLOUD_KEY_FILE}`,
};

export function makeBenchSite(options: BenchSiteOptions): BenchSite {
  const {bays, linePath, readerPath, pollMs, database = 'bench.db'} = options;
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const names = Array.from({length: bays}, (_, index) => `A-${String(index + 1).padStart(3, '0')}`);
  writeFileSync(join(folder, 'secret.key'), toHex(new Uint8Array(KEY_BYTES).fill(5)));
  if (options.cloud) writeFileSync(join(folder, CLOUD_KEY_FILE), publicKeyPem());
  const configPath = join(folder, 'site.yaml');
  const text = siteYaml({
    siteId: 'bench',
    database: `./${database}`,
    pagePort: 0,
    cloud: options.cloud ? UNREACHABLE_CLOUD : undefined,
    secretKeyFile: './secret.key',
    collectors: [
      {
        id: 'C1',
        zone: 'A',
        arrow: '→',
        kind: 'plain',
        bays: names,
        lineLink: {kind: 'serial', path: linePath, baudRate: 9600},
        readerLink: {kind: 'serial', path: readerPath, baudRate: 9600},
        keyFile: undefined,
        ...(pollMs === undefined ? {} : {pollMs}),
      },
    ],
  });
  writeFileSync(configPath, text);
  return {folder, configPath, bays: names, remove: () => rmSync(folder, {recursive: true})};
}

function publicKeyPem(): string {
  return String(generateKeyPairSync('ed25519').publicKey.export({type: 'spki', format: 'pem'}));
}
