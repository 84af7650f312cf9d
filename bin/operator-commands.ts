import {type Command, InvalidArgumentError} from 'commander';
import {readApiKey} from '../cloud-sync/api/key-files.js';
import {exportTenant} from '../cloud-sync/api/operator/export-tenant.js';
import {OperatorClient} from '../cloud-sync/api/operator/operator-client.js';
import {
  createKey,
  createSite,
  createTenant,
  enrolCode,
  giveGateway,
  type SiteWish,
  type Told,
} from '../cloud-sync/api/operator/operator-commands.js';
import {reconcileOfDay} from '../cloud-sync/api/operator/reconcile-day.js';
import {bookDayOf} from '../cloud-sync/api/payments/book-day.js';
import {PROVIDER_NAME} from '../cloud-sync/api/payments/provider-site.js';
import {SystemEntropy} from '../edge/platform/entropy.js';
import type {Host} from '../edge/platform/host.js';
import type {Clock} from '../protocols/base/clock.js';
import {errorText} from '../protocols/base/errors.js';
import {DAY_MS} from '../protocols/base/units.js';

interface Way {
  readonly url: string;
  readonly apiKeyFile: string;
  readonly json: boolean;
}

const PATIENCE_MS = 15_000;
const KEY_VARIABLE = 'LATCHKEY_CLOUD_KEY';

/** What an operator does at a running cloud, over its HTTP interface. */
export function addOperatorCommands(program: Command, host: Host, clock: Clock): void {
  const entropy = new SystemEntropy(clock);
  const clientOf = ({url, apiKeyFile}: Way) =>
    new OperatorClient({
      url,
      key: host.env(KEY_VARIABLE) ?? readApiKey(apiKeyFile),
      request: request => fetch(request, {signal: AbortSignal.timeout(PATIENCE_MS)}),
      newKey: () => entropy.ulid(),
    });
  const run = async (way: Way, work: (client: OperatorClient) => Promise<Told>) => {
    try {
      const {lines, json, exitCode = 0} = await work(clientOf(way));
      host.finish({exitCode, lines: way.json ? [JSON.stringify(json)] : lines});
    } catch (error) {
      host.finish({exitCode: 1, lines: [errorText(error)]});
    }
  };
  addMakers(program, run);
  addReconcile(program, run, clock);
  toCloud(program.command('export'))
    .description('all of a tenant as lines of JSON; persons masked, unless --persons says why')
    .option('--persons <reason>', 'show persons in clear; each look is written down with it')
    .action(async ({persons, ...way}: Way & {persons?: string}) => {
      try {
        const print = (line: string) => host.print(line);
        await exportTenant(clientOf(way), {personsFor: persons, print});
      } catch (error) {
        host.finish({exitCode: 1, lines: [errorText(error)]});
      }
    });
}

type Run = (way: Way, work: (client: OperatorClient) => Promise<Told>) => Promise<void>;

function addReconcile(program: Command, run: Run, clock: Clock): void {
  toCloud(program.command('reconcile'))
    .description(
      'hold a closed day of a payment provider against the books; exit code 1 unless all adds up',
    )
    .option('--day <YYYY-MM-DD>', 'day in China; left out: yesterday')
    .option('--provider <name>', 'as serve --provider-name', PROVIDER_NAME)
    .option('--read', 'only show how it was found last', false)
    .action(({day, provider, read, ...way}: Way & DayAsked) => {
      const yesterday = bookDayOf(clock.wallMs() - DAY_MS);
      const wish = {provider, day: day ?? yesterday, isRead: read};
      return run(way, client => reconcileOfDay(client, wish));
    });
}

interface DayAsked {
  readonly day?: string;
  readonly provider: string;
  readonly read: boolean;
}

function addMakers(program: Command, run: Run): void {
  const tenant = program.command('tenant').description('whose sites these are');
  toCloud(tenant.command('create'))
    .description('take in a tenant; its first key is shown once')
    .argument('<id>')
    .requiredOption('--name <name>', 'as people call it')
    .action((id: string, {name, ...way}: Way & {name: string}) =>
      run(way, client => createTenant(client, id, name)),
    );
  const site = program.command('site').description('places with gateways');
  toCloud(site.command('create'))
    .description('begin a site')
    .argument('<id>', 'as site.id of the site files of its gateways')
    .requiredOption('--name <name>', 'as people call it')
    .option('--kind <kind>', 'public, residential, bath, stay or station', 'public')
    .option('--zone <name>', 'IANA time zone', 'Asia/Shanghai')
    .option('--address <text>')
    .option('--lat <degrees>', 'latitude', degrees)
    .option('--lng <degrees>', 'longitude', degrees)
    .option('--gateways <names...>', 'gateways that serve it', [])
    .action((id: string, options: Way & SiteWish) => {
      const {url, apiKeyFile, json, ...wish} = options;
      return run({url, apiKeyFile, json}, client => createSite(client, id, wish));
    });
  toCloud(site.command('gateway'))
    .description('give a gateway to a site, also of another tenant')
    .argument('<site>')
    .argument('<gateway>')
    .action((id: string, gateway: string, way: Way) =>
      run(way, client => giveGateway(client, id, gateway)),
    );
  const key = program.command('key').description('keys of programs');
  toCloud(key.command('create'))
    .description('make a key, shown once; it gives no more than yours')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--scopes <scopes...>', 'such as sites:read orders:write')
    .option('--sites <sites...>', 'the only sites that it reaches')
    .option('--expires <time>', 'such as 2027-01-31T00:00:00Z', wallOf)
    .action((options: Way & Wish) => {
      const {name, scopes, sites, expires: expiresMs, ...way} = options;
      return run(way, client => createKey(client, {name, scopes, sites, expiresMs}));
    });
  toCloud(program.command('enrol-code'))
    .description('a one-time code for latchkey enroll, as text and as QR')
    .argument('<gateway>', 'the name that the gateway is to have')
    .action((gateway: string, way: Way) => run(way, client => enrolCode(client, gateway)));
}

interface Wish {
  readonly name: string;
  readonly scopes: string[];
  readonly sites?: string[];
  readonly expires?: number;
}

function toCloud(command: Command): Command {
  return command
    .option('--url <url>', 'HTTP interface of the cloud', 'http://127.0.0.1:8088')
    .option(
      '--api-key-file <file>',
      `file with the key to use; ${KEY_VARIABLE} comes before it`,
      './cloud-api.key',
    )
    .option('--json', 'the answer as one line of JSON', false);
}

function degrees(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('no degrees');
  return value;
}

function wallOf(text: string): number {
  const wallMs = Date.parse(text);
  if (Number.isNaN(wallMs)) throw new InvalidArgumentError('expected a time in UTC');
  return wallMs;
}
