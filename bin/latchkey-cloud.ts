#!/usr/bin/env -S UV_THREADPOOL_SIZE=16 node
import {Command, InvalidArgumentError, Option} from 'commander';
import {VaultKeyFile} from '../cloud-sync/api/accounts/vault-key-file.js';
import {type BrokerOptions, brokerSite} from '../cloud-sync/api/broker-site.js';
import {type NoticeOptions, noticeSite} from '../cloud-sync/api/calls/notice-site.js';
import {loadCardKeys} from '../cloud-sync/api/credentials/card-key-file.js';
import {trustedProxiesOf} from '../cloud-sync/api/http/client-address.js';
import {loadOrMakeAuthority} from '../cloud-sync/api/identity/authority-files.js';
import {loadOrMakeApiKey, loadOrMakeSigningKey} from '../cloud-sync/api/key-files.js';
import {type ProviderOptions, providerSite} from '../cloud-sync/api/payments/provider-site.js';
import {type ListenAddress, startCloud} from '../cloud-sync/api/server.js';
import {type MovedTable, moveCloudBetween} from '../cloud-sync/api/store/move-cloud.js';
import {SystemEntropy} from '../edge/platform/entropy.js';
import {yieldTurn} from '../edge/platform/event-loop.js';
import {Host} from '../edge/platform/host.js';
import {createJsonLog} from '../edge/platform/json-log.js';
import {SystemClock} from '../edge/platform/system-clock.js';
import {errorText} from '../protocols/base/errors.js';
import {addOperatorCommands} from './operator-commands.js';
import {addVaultCommands, VAULT_OPTION, vaultFileOf} from './vault-commands.js';

interface ServeOptions extends BrokerOptions, ProviderOptions, NoticeOptions {
  readonly http: ListenAddress;
  readonly mqtt: ListenAddress;
  readonly mqtts?: ListenAddress;
  readonly name?: string[];
  readonly caKeyFile: string;
  readonly database: string;
  readonly keyFile: string;
  readonly apiKeyFile: string;
  readonly vaultKeyFile?: string;
  readonly cardKeyFile?: string;
  readonly tenant: string;
  readonly trustedProxy?: readonly string[];
}

/** Beyond it the answer is unknown, and fetched later. */
const PROVIDER_PATIENCE_MS = 15_000;

const host = new Host();
const clock = new SystemClock();

function address(text: string): ListenAddress {
  const [, name, digits] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!name || port > 65_535) throw new InvalidArgumentError('expected HOST:PORT');
  return {host: name.replace(/^\[(.*)\]$/, '$1'), port};
}

/** Repeatable. */
function proxy(text: string, before: readonly string[] = []): readonly string[] {
  if (!trustedProxiesOf([text])) throw new InvalidArgumentError('expected an address or CIDR');
  return [...before, text];
}

function listenOption(flags: string, what: string, usual: string): Option {
  return new Option(flags, what).argParser(address).default(address(usual), usual);
}

/** An address may hold a password; its host may be told. */
function hostOf(url: string | undefined): string | undefined {
  return url && new URL(url).host;
}

async function serve(options: ServeOptions, isPlainAsked: boolean): Promise<void> {
  const {http, mqtt, mqtts, database, tenant, name: names} = options;
  const broker = brokerSite(options);
  const ask = (request: Request) =>
    fetch(request, {signal: AbortSignal.timeout(PROVIDER_PATIENCE_MS)});
  const providers = providerSite(options, ask);
  const notices = noticeSite(options, ask);
  const entropy = new SystemEntropy(clock);
  const log = createJsonLog({clock, level: 'info'}).child('cloud');
  const signingKey = loadOrMakeSigningKey(options.keyFile);
  const apiKey = loadOrMakeApiKey(options.apiKeyFile, entropy);
  const vaultFile = vaultFileOf(options.vaultKeyFile, options.keyFile);
  const vaultKeys = VaultKeyFile.loadOrMake(vaultFile, entropy);
  const parts = {clock, entropy, log, database, signingKey, apiKey, vaultKeys, tenant, http};
  const isSecure = mqtts !== undefined || broker?.url.startsWith('mqtts:');
  const authority = isSecure
    ? await loadOrMakeAuthority(options.caKeyFile, {clock, entropy})
    : undefined;
  // With TLS at hand the port without it stays shut, unless somebody asks for both.
  const own = {...(mqtts ? {mqtts} : {}), ...(mqtts && !isPlainAsked ? {} : {mqtt})};
  const trustedProxies = options.trustedProxy && trustedProxiesOf(options.trustedProxy);
  const cloud = await startCloud({
    ...{...parts, ...notices, providers, ...(broker ? {broker} : own)},
    ...{...(authority && {authority}), ...(names && {names})},
    ...(trustedProxies && {trustedProxies}),
    yieldTurn,
    ...(options.cardKeyFile && {cardKeys: loadCardKeys(options.cardKeyFile)}),
  });
  const {httpUrl, mqttUrl, mqttsUrl} = cloud;
  const elsewhere = hostOf(broker?.url);
  log.info('cloud.listening', {http: httpUrl, mqtt: mqttUrl, mqtts: mqttsUrl, elsewhere, tenant});
  host.onStop(signal => {
    log.info('cloud.stopping', {signal});
    cloud.close().then(
      () => host.exitWith(0),
      error => {
        host.complain(errorText(error));
        host.exitWith(1);
      },
    );
  });
}

const program = new Command('latchkey-cloud').description('The thin cloud on one machine.');
program
  .command('serve')
  .description('take events from gateways, give them grants and commands')
  .addOption(listenOption('--http <host:port>', 'address of the HTTP interface', '127.0.0.1:8088'))
  .addOption(listenOption('--mqtt <host:port>', 'address of the MQTT broker', '127.0.0.1:1883'))
  .addOption(
    new Option('--mqtts <host:port>', 'the broker with TLS, for enrolled gateways').argParser(
      address,
    ),
  )
  .addOption(
    new Option(
      '--trusted-proxy <range>',
      'address or CIDR of a proxy whose X-Forwarded-For is believed; repeatable',
    ).argParser(proxy),
  )
  .option('--name <name...>', 'host names and addresses under which gateways reach --mqtts')
  .option('--ca-key-file <file>', 'authority of gateways; made when missing', './cloud-ca.key')
  .option('--database <place>', 'SQLite file, or postgres://USER@HOST/DATABASE', './cloud.db')
  .option(
    '--broker <url>',
    'mqtt(s)://HOST of a broker that stands elsewhere, in place of an own one',
  )
  .option('--broker-ca <file>', 'the only certificates by which that broker is trusted')
  .option('--broker-cert <file>', 'certificate shown to that broker')
  .option('--broker-key <file>', 'private key of that certificate')
  .option('--key-file <file>', 'signing key; made when missing, with .pub beside', './cloud.key')
  .option('--api-key-file <file>', 'HTTP key; made when missing', './cloud-api.key')
  .option(...VAULT_OPTION)
  .option('--card-key-file <file>', 'master keys of cards that prove themselves (AN10922), JSON')
  .option('--tenant <name>', 'whose gateways are served', 'demo')
  .option('--provider-url <url>', 'payment provider; left out: nobody can recharge')
  .option('--provider-name <name>', 'as requests and callback paths call it; wire when left out')
  .option('--provider-key-file <file>', 'key that the provider gave out')
  .option('--provider-secret-file <file>', 'what signs its callbacks: Base64, a line each')
  .option('--provider-merchants <tenant=number...>', 'accounts there, each of a tenant')
  .option('--public-url <url>', 'where people reach this cloud; links in notices of calls begin so')
  .option('--sms-url <url>', 'SMS provider: JSON {id, to, text}; left out: no SMS')
  .option('--sms-key-file <file>', 'key that the SMS provider gave out')
  .option('--smtp <url>', 'mail server: smtp(s)://[USER@]HOST[:PORT]; left out: no mail')
  .option('--smtp-from <address>', 'sender of that mail')
  .option('--smtp-password-file <file>', 'password of that user')
  .action(async (options: ServeOptions, command: Command) => {
    try {
      await serve(options, command.getOptionValueSource('mqtt') === 'cli');
    } catch (error) {
      host.complain(errorText(error));
      host.exitWith(1);
    }
  });

program
  .command('migrate')
  .description('copy all of a cloud that stands still into an empty database; all or nothing')
  .requiredOption('--from <place>', 'SQLite file or postgres:// address of the cloud as it is')
  .requiredOption('--to <place>', 'the empty one, in most cases postgres://USER@HOST/DATABASE')
  .action(async ({from, to}: {from: string; to: string}) => {
    try {
      const told = ({table, rows}: MovedTable) => host.print(`${table}: ${rows}`);
      await moveCloudBetween(from, to, told);
      host.print('every row read back, every chain walked through: moved');
    } catch (error) {
      host.complain(errorText(error));
      host.exitWith(1);
    }
  });

addOperatorCommands(program, host, clock);

addVaultCommands(program, host, clock);
await program.parseAsync();
