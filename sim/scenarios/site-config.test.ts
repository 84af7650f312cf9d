import {writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import test, {type ExecutionContext} from 'ava';
import {applyConfig, configHistory, rollbackConfig} from '../../edge/commands/config-apply.js';
import {siteTextHash} from '../../protocols/cloud/site-config.js';
import {asId, type BayId, type PersonId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {Tenant} from '../plant/tenant.js';
import {CardOffice} from './card-office.js';
import {StoreChannel} from './store-channel.js';
import {TriedSite} from './tried-site.js';

const GOOD = `${TriedSite.text()}# a word for the installer\n`;
const OPTIONS = {by: 'wang', removing: false, json: true};

async function setUp(t: ExecutionContext): Promise<TriedSite> {
  const tried = await TriedSite.start();
  t.teardown(() => tried.close());
  const health = [...tried.running.daemon.site.deviceHealth().values()];
  t.deepEqual(
    health,
    Array.from({length: 30}, () => 'ok'),
  );
  return tried;
}

test('latchkey config apply, history and rollback go through the same trial', async t => {
  const tried = await setUp(t);
  const {clock} = tried;
  const path = tried.path('site.yaml');
  const machine = tried.commandLine();
  const apply = async (text: string) => {
    writeFileSync(tried.path('new.yaml'), text);
    const {exitCode, lines} = await clock.settle(
      applyConfig(path, tried.path('new.yaml'), OPTIONS, machine),
    );
    return {exitCode, ...JSON.parse(lines[0] ?? '')};
  };
  const startedMs = clock.nowMs();
  t.like(await apply(GOOD), {exitCode: 0, sha256: siteTextHash(GOOD), result: 'applied'});
  t.true(clock.nowMs() - startedMs >= 60_000);
  t.is(tried.siteFile(), GOOD);

  const bad = await apply(TriedSite.text(7));
  t.like(bad, {exitCode: 1, result: 'rolled_back'});
  t.deepEqual(bad.problems, ['devices: 7 of 30 devices are gone']);
  t.is(tried.siteFile(), GOOD);
  t.is(tried.state.alarms[0]?.kind, 'CONFIG_ROLLED_BACK');

  const other = await apply(GOOD.replace('id: lot-1', 'id: lot-2').replace('lot.db', 'new.db'));
  t.like(other, {exitCode: 1, result: 'refused'});
  t.is(other.problems.length, 2);
  t.regex(other.problems[0], /^site\.yaml:2:\d+ site\.id: expected "lot-1", .* got "lot-2"$/);
  t.regex(other.problems[1], /^site\.yaml:\d+:\d+ database: expected "\.\/lot\.db"/);

  const secret = await apply(GOOD.replace('cloud.pub', 'nowhere.pub'));
  t.like(secret, {exitCode: 1, result: 'refused'});
  t.regex(secret.problems[0], /cloud\.publicKey: file nowhere\.pub holds nothing/);

  writeFileSync(tried.path('typo.yaml'), GOOD.replace('address: 3', 'address: 300'));
  const typo = await applyConfig(path, tried.path('typo.yaml'), OPTIONS, machine);
  t.regex(typo.lines[0] ?? '', /typo\.yaml:\d+:\d+ buses\[0\].*expected 1-247, got 300/);

  const back = await clock.settle(rollbackConfig(path, OPTIONS, machine));
  t.like(JSON.parse(back.lines[0] ?? ''), {result: 'applied', problems: []});
  t.is(tried.siteFile(), TriedSite.text());

  const {history, backups} = JSON.parse(configHistory(path, {json: true}, machine).lines[0] ?? '');
  const results = ['applied', 'rolled_back', 'refused', 'refused', 'applied'];
  t.deepEqual(
    history.map((entry: {result: string}) => entry.result),
    results,
  );
  t.is(backups.length, 2);
  const {lines} = configHistory(path, {json: false}, machine);
  t.regex(lines[1] ?? '', /by hand, wang: rolled_back \(devices: 7 of 30 devices are gone\)/);
  t.deepEqual(
    tried.events('config.applied').map(({gone}) => gone),
    [0, 0],
  );
  t.is(tried.events('config.refused').length, 2);
});

test('the token of the page does not bring a site file', async t => {
  const tried = await setUp(t);
  const machine = tried.commandLine();
  const file = machine.readText(tried.path('lot.db.token'));
  const {token} = JSON.parse(file.kind === 'text' ? file.text : '');
  const post = (headers: Record<string, string>) =>
    tried.clock.settle(
      fetch(`${tried.running.pageUrl}api/config/apply`, {
        method: 'POST',
        headers,
        body: JSON.stringify({text: GOOD, by: 'mallory'}),
      }),
    );
  t.is((await post({'X-Latchkey-Token': token})).status, 403);
  t.is((await post({})).status, 403);
  t.is(tried.state.config.phase, 'none');
});

test('a stay and an open unlock series are held: the restart waits for the arm, and the stay goes on', async t => {
  const tried = await setUp(t);
  const {clock, site} = tried;
  const channel = new StoreChannel(() => tried.running.daemon.grants);
  const office = new CardOffice(channel, new SeededEntropy(9), () => clock.wallMs());
  const card = await office.cardFor(['A-001']);
  const tap = new Tenant({clock, card}).tap(site.post('C1'));
  await clock.settle(tap);
  await clock.advance(5000);
  const phase = () => tried.state.bays.find(({id}) => id === 'A-001')?.session;
  t.is(phase(), 'open_wait_car');
  const {session} = tried.events('session').at(-1) ?? {};

  // The lock of another bay takes its orders and does not move: a series of six tries begins.
  site.lock('B-001').ail({deaf: 'acks'});
  const desk = tried.running.daemon.uplinkParts().siteConfig;
  const order = {
    bay: asId<BayId>('B-001'),
    desired: 'down',
    person: asId<PersonId>('wang'),
  } as const;
  tried.running.daemon.site.order({...order, reason: 'test'});
  await clock.advance(500);
  t.is(desk?.apply({text: GOOD, by: 'wang', removing: false}).kind, 'staged');
  const opened = tried.opened.length;
  await clock.advance(20_000);
  t.is(tried.state.config.phase, 'staged');
  t.is(tried.opened.length, opened, 'nothing was closed under a series');
  await clock.advance(15_000);
  t.is(tried.opened.length, opened + 6);
  t.is(site.commandTimes('B-001', 'lower').length, 6);

  await clock.advance(65_000);
  t.is(tried.siteFile(), GOOD);
  t.is(phase(), 'open_wait_car');
  t.is(tried.events('session').at(-1)?.session, session);
  t.deepEqual(
    tried.events('boot').map(({cause, interrupted}) => [cause, interrupted]),
    [
      ['start', 0],
      ['start', 0],
    ],
  );
});

test('a page whose port is taken after the restart brings the former file back', async t => {
  const tried = await setUp(t);
  const {clock} = tried;
  const squatter = createServer();
  await new Promise<void>(resolve => squatter.listen(0, '127.0.0.1', () => resolve()));
  t.teardown(() => squatter.close());
  const address = squatter.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const desk = tried.running.daemon.uplinkParts().siteConfig;
  const text = TriedSite.text().replace('port: 0', `port: ${port}`);
  t.is(desk?.apply({text, by: 'wang', removing: false}).kind, 'staged');
  await clock.advance(15_000);
  const [event] = tried.events('config.rolled_back');
  t.like(event, {why: 'start'});
  t.regex(event?.detail ?? '', /the local page cannot listen/);
  t.is(tried.siteFile(), TriedSite.text());
  t.is(tried.state.config.phase, 'none');
});
