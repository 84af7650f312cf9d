import {mkdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Page} from 'playwright-core';
import {type AlarmId, asId, type PersonId} from '../../protocols/site/ids.js';
import {BoardRig, logIn, PHONE, type Screen, standBefore} from './board-rig.js';
import {rest} from './peer-process.js';
import {openBrowser} from './web-browser.js';

/** Each state of the board as a picture for `edge/page/README.md`: `npm run pictures`. */
const FOLDER = fileURLToPath(new URL('../../../edge/page/pictures/', import.meta.url));
const DESK = {width: 760, height: 620, scale: 0.68};

const ends: (() => unknown)[] = [];
const t = {teardown: (end: () => unknown) => void ends.push(end)};
const wang = asId<PersonId>('wang');
const id = (no: number) => asId<AlarmId>(`CALL-${no}`);

mkdirSync(FOLDER, {recursive: true});
const browser = await openBrowser();
const rig = await BoardRig.open(t);

async function stand(screen: Screen, person?: string, name = ''): Promise<Page> {
  const {tab} = await standBefore(t, browser, rig.url, screen);
  if (person === undefined) return tab;
  await logIn(tab, rig.desk, name, person);
  return tab;
}

async function watch(tab: Page): Promise<void> {
  await tab.getByRole('button', {name: /Start watch/}).click();
  await tab.getByText('SOUND IS OFF').waitFor({state: 'detached'});
}

async function picture(tab: Page, name: string): Promise<void> {
  await rest(400);
  await tab.evaluate(() => scrollTo(0, 0));
  await tab.screenshot({path: `${FOLDER}${name}.png`});
}

const since = (seconds: number) => ({raisedMs: rig.clock.nowMs() - seconds * 1000});
const FAULT = {type: 'fault', kind: 'BUTTON_FAULT', ring: 'normal', detail: null} as const;

try {
  rig.calls.show({...since(12)});
  await picture(await stand(DESK), 'sound-off');
  const tab = await stand(DESK, 'wang', '王强');
  await picture(tab, 'start-watch');
  await watch(tab);
  rig.calls.show({...since(12)}, {...FAULT, ...since(95), id: id(2)});
  await picture(tab, 'calling');
  rig.calls.show({...since(48), takenBy: wang, state: 'acknowledged', next: null});
  await picture(tab, 'taken');
  rig.calls.show({...since(205), state: 'unanswered', ring: 'loud', grouped: 4, next: null});
  const [sinceWallMs, untilMs] = [rig.clock.wallMs(), rig.clock.nowMs() + 5_400_000];
  const reason = 'new cable';
  rig.calls.change({
    ...{cloudEscalation: 'unavailable', sounder: 'none'},
    maintenance: [{device: 'C2.button', person: wang, reason, sinceWallMs, untilMs}],
  });
  await picture(tab, 'unanswered-without-cloud');
  rig.calls.change({cloudEscalation: 'available', sounder: 'silent', maintenance: []});
  const places = Array.from({length: 12}, (_, no) => ({
    ...(no < 3 ? {...since(90 - no)} : {...FAULT, ...since(200 - no)}),
    ...{id: id(no), count: 1, grouped: 1},
    place: {
      zone: 'A',
      collector: null,
      bay: asId<never>(`A-0${no + 10}`),
      device: null,
      text: null,
    },
  }));
  rig.calls.show(...places);
  await picture(tab, 'rows');
  rig.calls.show();
  await picture(tab, 'calm');
  const {lines, storage} = rig.lot.state();
  const trouble = '/dev/ttyLINE-1 is not there: its plug was pulled. Plug it in again.';
  rig.lot.change({
    lamp: 'bus_fault',
    lines: lines.map(line => ({...line, state: 'down', trouble})),
    storage: {...storage, disk: {...storage.disk, wornPercent: 80}},
  });
  await tab.getByRole('button', {name: 'Site', exact: true}).click();
  await picture(tab, 'site');
  rig.lot.change({lamp: 'serving', lines, storage});
  const boss = await stand(DESK, 'li', '李丽');
  await watch(boss);
  await boss.getByRole('button', {name: 'Records'}).click();
  await boss.locator('#report').waitFor();
  await picture(boss, 'records');
  const phone = await stand({...PHONE, scale: 0.75}, 'wang', '王强');
  await watch(phone);
  rig.calls.show({...since(12)});
  await picture(phone, 'phone');
  const visitor = await stand(DESK);
  await visitor.getByRole('button', {name: 'Log in'}).click();
  await picture(visitor, 'log-in');
  await rig.stop();
  await tab.getByRole('alertdialog').waitFor({timeout: 30_000});
  await picture(tab, 'connection-lost');
} finally {
  await browser.close();
  for (const end of ends.reverse()) await end();
}
