import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import pg from 'pg';
import {freePort} from './mosquitto.js';
import {PeerProcess, until} from './peer-process.js';

const INSTALLED = '/usr/lib/postgresql';
/** What it says of a server that is still being mended after a kill. */
const START_LIMIT_MS = 60_000;

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Debian's PostgreSQL with a cluster of its own on a free port. It syncs as it does in earnest. */
export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #owner: Owner;
  #process: PeerProcess | undefined;

  private constructor(folder: string, port: number, owner: Owner) {
    this.#folder = folder;
    this.port = port;
    this.#owner = owner;
  }

  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-postgres-'));
    // It refuses to run as root.
    const owner: Owner = process.getuid?.() === 0 ? postgresUser() : {};
    if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid ?? owner.uid);
    chmodSync(folder, 0o700);
    const data = join(folder, 'data');
    const args = ['-D', data, '-U', 'latchkey', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8'];
    execFileSync(binary('initdb'), args, {...owner, cwd: folder, stdio: 'pipe'});
    const server = new PostgresServer(folder, await freePort(), owner);
    await server.restart();
    return server;
  }

  /** Start it, after `kill` too; settles when it answers. */
  async restart(): Promise<void> {
    const {port} = this;
    const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'max_connections=50'];
    const args = [
      ...['-D', join(this.#folder, 'data'), '-k', this.#folder],
      ...settings.flatMap(setting => ['-c', setting]),
    ];
    const options = {...this.#owner, cwd: this.#folder};
    await until(
      'PostgreSQL answers',
      () => {
        // Right after a kill the orphans of the old one may still hold its memory.
        if (!this.#process || this.#process.isOver) {
          this.#process = new PeerProcess(binary('postgres'), args, options);
        }
        return this.#answers();
      },
      START_LIMIT_MS,
    );
  }

  /** End it for good; nothing of it is left. */
  async stop(): Promise<void> {
    await this.#process?.end();
    rmSync(this.#folder, {recursive: true, force: true, maxRetries: 5});
  }

  /** As if its power went. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** The address of a new database: an empty one, or a copy of `template`, which nobody may be using. */
  async database(name: string, template = 'template1'): Promise<string> {
    await this.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return this.url(name);
  }

  url(name: string): string {
    return `postgres://latchkey@127.0.0.1:${this.port}/${name}`;
  }

  async query(text: string, database = 'postgres'): Promise<readonly unknown[]> {
    const client = new pg.Client({connectionString: this.url(database)});
    // A server that is killed meanwhile tells it here; who asks is told by the promise.
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end().catch(() => {});
    }
  }

  async #answers(): Promise<boolean> {
    try {
      await this.query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }
}

function binary(name: string): string {
  const versions = readdirSync(INSTALLED).sort((left, right) => Number(left) - Number(right));
  return join(INSTALLED, versions.at(-1) ?? '', 'bin', name);
}

function postgresUser(): Owner {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], {encoding: 'utf8'}));
  return {uid: id('-u'), gid: id('-g')};
}
