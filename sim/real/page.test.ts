import {join} from 'node:path';
import test from 'ava';
import {startPage} from '../../edge/page/page-server.js';
import {asId} from '../../protocols/site/ids.js';
import {Tab} from './chromium.js';
import {rest, until} from './peer-process.js';
import {BAY, freshFolder, RealSite} from './real-site.js';

const WIDTHS = [
  {width: 390, height: 844},
  {width: 1440, height: 900},
];
const RINGING = ['raised', 'notified'];

for (const {width, height} of WIDTHS) {
  test(`X7 with outside hosts blocked Chromium at ${width} px loads the page, shows bays, alarms and unsent count, and acknowledges an alarm`, async t => {
    // A port that is not there: the daemon calls for help, and the page must show it.
    const site = new RealSite(t, {linePath: join(freshFolder(t), 'ttyNONE')});
    await until('an alarm rings', () => site.alarms().some(({kind}) => kind === 'BUS_DOWN'));
    const page = await startPage({
      ...{host: '127.0.0.1', port: 0, clock: site.clock, token: 'real-token'},
      log: {info() {}, warn() {}},
      ...{view: site.edge.site, actions: site.edge.site},
      staff: site.config.staff.map(({id, name}) => ({id: asId(id), name})),
      language: site.config.site.language,
    });
    t.teardown(() => page.close());
    const tab = await Tab.open(t);
    await tab.resize(width, height);
    t.regex((await tab.visit('http://example.com/')) ?? 'it came', /ERR_NAME_NOT_RESOLVED/);

    tab.requested.length = 0;
    t.is(await tab.visit(page.url), undefined);
    const text = (selector: string) =>
      tab.evaluate<string>(`document.querySelector('${selector}')?.innerText ?? ''`);
    await until('the bay shows', async () => (await text('#bays')).includes(BAY));
    t.regex(await text('#alarms'), /line-C1/);
    const unsent = () => new RegExp(`\\b${site.unsent()} unsent`);
    await until('the unsent count', async () => unsent().test(await text('#cloud')));
    t.true(site.unsent() > 0);
    const overflow = 'document.documentElement.scrollWidth - window.innerWidth';
    t.true((await tab.evaluate<number>(overflow)) <= 0, 'nothing sticks out sideways');

    // Nobody acts without a name.
    await tab.click('#alarms button');
    await rest(200);
    t.true(RINGING.includes(site.alarms()[0]?.state ?? ''));
    await tab.evaluate(`(() => {
      const person = document.querySelector('#person');
      person.value = 'wang';
      person.dispatchEvent(new Event('change'));
    })()`);
    await tab.click('#alarms button');
    await until('it is acknowledged', () => site.alarms()[0]?.state === 'acked');
    await until('the page says so', async () => (await text('#alarms')).includes('王强'));
    const acked = site.events('alarm').filter(({state}) => state === 'acked');
    t.deepEqual(
      acked.map(({kind, person}) => ({kind, person})),
      [{kind: 'BUS_DOWN', person: 'wang'}] as never,
    );
    t.deepEqual(
      tab.requested.filter(url => !url.startsWith(page.url) && !url.startsWith('data:')),
      [],
    );
  });
}
