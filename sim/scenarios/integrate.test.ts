import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import type {World} from '../world.js';
import {withWorld} from './with-world.js';
import type {WorldCloud} from './world-cloud.js';

const README = new URL('../../../cloud-sync/README.md', import.meta.url);

/** The lines that the README tells people to type. */
function commands(): readonly string[] {
  const text = readFileSync(fileURLToPath(README), 'utf8');
  const section = text.split('## Integrate in 15 minutes')[1] ?? '';
  const block = /```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
  return block.split('\n').filter(line => line !== '' && !line.startsWith('#'));
}

interface Curl {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object | undefined;
  /** Where the answer goes; undefined: to the screen. */
  readonly file: string | undefined;
}

/** What curl would do with the line. Anything else than the few words that the README uses is an error. */
function curlOf(line: string, variables: ReadonlyMap<string, string>): Curl {
  const filled = line.replace(/\$(\w+)/g, (_, name) => variables.get(name) ?? '');
  const words = [...filled.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
  const headers: Record<string, string> = {};
  let [method, url, data, file]: (string | undefined)[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'curl' || word === '-s') continue;
    else if (word === '-X') method = words.shift();
    else if (word === '-d') data = words.shift();
    else if (word === '>') file = words.shift();
    else if (word === '-H') {
      const [name = '', value = ''] = (words.shift() ?? '').split(': ');
      headers[name.toLowerCase()] = value;
    } else if (url === undefined && word.startsWith('http://')) url = word;
    else throw new Error(`what is ${word} in: ${line}`);
  }
  return {
    method: method ?? (data === undefined ? 'GET' : 'POST'),
    path: new URL(url ?? '').pathname,
    headers,
    body: data === undefined ? undefined : JSON.parse(data),
    file,
  };
}

/** What came of lines that were typed one after the other. */
class Typed {
  readonly variables = new Map<string, string>();
  readonly answers: unknown[] = [];
  readonly #files = new Map<string, Record<string, string>>();
  readonly #world: World;
  readonly #cloud: WorldCloud;

  constructor(world: World, cloud: WorldCloud) {
    this.#world = world;
    this.#cloud = cloud;
  }

  async all(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const assigned = /^(\w+)=(.*)$/.exec(line);
      if (assigned) this.#assign(assigned[1] ?? '', assigned[2] ?? '');
      else await this.#curl(line);
    }
  }

  #assign(name: string, value: string): void {
    const field = /^\$\(jq -r \.(\w+) (\S+)\)$/.exec(value);
    const read = field && (this.#files.get(field[2] ?? '')?.[field[1] ?? ''] ?? '');
    this.variables.set(name, read ?? (value === '$(cat cloud-api.key)' ? 'lk_world' : value));
  }

  async #curl(line: string): Promise<void> {
    const {method, path, headers, body, file} = curlOf(line, this.variables);
    const sent = {headers, ...(body && {body})};
    const answer = await this.#cloud.send<Record<string, string>>(method, path, sent);
    this.answers.push(answer);
    if (file !== undefined) this.#files.set(file, answer);
    await this.#world.advance(2000);
  }
}

test('from an empty cloud to a card that opens a bay, by the lines of the README alone', t =>
  withWorld(
    t,
    {cloud: true, collectors: [{id: 'C1', bays: ['A-012'], travelMs: 1000}]},
    async world => {
      const {cloud} = world;
      if (!cloud) throw new Error('a world with a cloud');
      await world.until(() => cloud.isOnline(), 60_000);
      const card = world.office.unknownCard();
      await world.tap('C1', card);
      await world.advance(20_000);
      t.is(world.site.lock('A-012').arm, 'up', 'a strange card opens nothing');

      const typed = new Typed(world, cloud);
      const lines = commands();
      const last = lines.findIndex(line => line.includes('/commands"'));
      await typed.all(lines.slice(0, last));
      t.regex(typed.variables.get('KEY') ?? '', /^lk_[0-9A-Z]{26}_/);
      const {gateways} = typed.answers.at(-2) as {gateways: object[]};
      t.is(gateways.length, 1);
      t.like(gateways[0], {id: 'gw-1', online: true, grants: {current: true}});

      cloud.cut();
      await world.tap('C1', card);
      await world.advance(20_000);
      t.like(world.events('decision').at(-1)?.body, {result: 'ALLOW', credential: 'card-1'});
      t.is(world.site.lock('A-012').arm, 'down');

      cloud.restore();
      await world.until(() => world.site.lock('A-012').arm === 'up', 300_000);
      await world.until(() => cloud.isOnline(), 120_000);
      await typed.all(lines.slice(last));
      t.like(typed.answers.at(-1), {point: 'A-012', kind: 'open', state: 'confirmed'});
      t.is(world.site.lock('A-012').arm, 'down');
    },
  ));
