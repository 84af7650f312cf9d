import {readdirSync} from 'node:fs';
import test from 'ava';
import {type PermitWish, permitOne} from '../../edge/commands/permit.js';
import {stretchCode} from '../../edge/platform/stretch.js';
import {asId, type PersonId} from '../../protocols/site/ids.js';
import {Display} from '../devices/display.js';
import {TriedSite} from './tried-site.js';

const NEW_CARD = '0A1B2C3D4E';
const CARD = {kind: 'card', place: 'C1', holder: 'wang'} as const;

test('I-17 one unknown card or device is taken on only in a window of at most 254 s that counts down on page and command line, says who opened it, and is shut by the first one, its time, a hand and a restart', async t => {
  const tried = await TriedSite.start();
  t.teardown(() => tried.close());
  const config = tried.path('site.yaml');
  const printed: string[] = [];
  let isStopped = false;
  const permit = (wish: PermitWish, seconds = 60, person = 'wang') =>
    permitOne(wish, {config, json: false, person, seconds}, tried.commandLine(), {
      print: line => printed.push(line),
      isStopped: () => isStopped,
    });
  const shut = async (wish: PermitWish, seconds?: number) =>
    (await tried.clock.settle(permit(wish, seconds))).lines.join('\n');
  const page = async () => {
    const answer = await tried.clock.settle(fetch(new URL('/api/state', tried.running.pageUrl)));
    return (await tried.clock.settle(answer.json())).permit;
  };
  const cards = async (uid: string) => {
    const salt = Buffer.from('latchkey-staff-card lot-1');
    return tried.running.daemon.store.staff.ownerOf(
      await tried.clock.settle(stretchCode(uid, salt)),
    );
  };
  const show = async (uid: string) => {
    const {reader} = tried.site.plainPost('C1');
    reader.present({uid: asId(uid)});
    await tried.clock.advance(800);
    reader.remove();
    await tried.clock.advance(800);
  };
  const audit = () => tried.events('override').map(({person, action}) => `${person}: ${action}`);

  // Outside of a window a new card is a stranger's, and stays one.
  await show(NEW_CARD);
  t.is(await cards(NEW_CARD), undefined);
  t.regex(await shut(CARD, 255), /seconds: expected 1-254, got 255/);
  t.regex(await shut({...CARD, place: 'C9'}), /expected a collector of the site file, got C9/);
  t.regex(
    await shut({...CARD, holder: 'stranger'}),
    /expected a person of the staff, got stranger/,
  );
  t.is(await page(), null);

  // Nobody comes: the window counts down and is shut by its time.
  const waiting = permit(CARD, 15);
  await tried.clock.advance(5000);
  const shown = await page();
  t.like(shown, {kind: 'card', place: 'C1', by: ''}, 'a stranger does not see who opened it');
  const leftMs = shown.endsMs - tried.clock.nowMs();
  t.true(leftMs > 9000 && leftMs <= 10_500, `${leftMs} ms`);
  t.regex((await tried.clock.settle(permit(CARD))).lines[0] ?? '', /a window is open at C1/);
  t.regex(
    (await tried.clock.settle(waiting)).lines[0] ?? '',
    /nobody came before its time was over/,
  );
  t.deepEqual(
    printed,
    [15, 5].map(left => `open for ${left} s more: Ctrl-C closes it`),
  );
  await show(NEW_CARD);
  t.is(await cards(NEW_CARD), undefined, 'too late');

  // A card comes: it is the person's, and the next one finds the window shut.
  const taking = permit(CARD);
  await tried.clock.advance(2000);
  await show(NEW_CARD);
  await show('0A1B2C3D4F');
  const taken = await tried.clock.settle(taking);
  t.is(taken.exitCode, 0, taken.lines.join('\n'));
  t.is(await cards(NEW_CARD), asId<PersonId>('wang'));
  t.is(await cards('0A1B2C3D4F'), undefined);

  // A hand, and a restart: shut when in doubt.
  isStopped = true;
  t.regex(await shut(CARD), /closed by hand/);
  isStopped = false;
  void permit(CARD, 254);
  await tried.clock.advance(2000);
  t.like(await page(), {kind: 'card'});
  await tried.stop();
  await tried.boot();
  t.is(await page(), null);
  await show('0A1B2C3D50');
  t.is(await cards('0A1B2C3D50'), undefined);

  // A device: asked for only while its window is open, and put in the site file by a trial with a copy.
  const line = tried.site.line('C1');
  for (const unit of [29, 30]) line.attach(new Display({clock: tried.clock, unit}));
  const device = {kind: 'device', place: 'line-C1', name: 'D-new', to: 32} as const;
  t.regex(await shut({...device, name: 'D-C1'}), /a name that the site file does not have/);
  t.regex(await shut(device), /new units answer at 29, 30: connect one after the other/);
  t.is(tried.siteFile(), TriedSite.text());
  line.faults.setUnit(29, {requestLoss: 1});
  const joined = await tried.clock.settle(permit(device));
  t.is(joined.exitCode, 0, joined.lines.join('\n'));
  t.true(tried.siteFile().includes('{ id: "D-new", kind: display, address: 30 }'));
  t.is(readdirSync(tried.path('lot.db.copies')).length, 1);

  t.deepEqual(
    audit().filter(one => one.includes('device at')),
    [
      'wang: permit device at line-C1 opened for 60 s',
      'wang: permit device at line-C1 refused: new units answer at 29, 30: connect one after the other',
      'wang: permit device at line-C1 opened for 60 s',
      'wang: permit device at line-C1 found: display at address 30',
    ],
  );
  const ofCards = audit().filter(one => one.includes('card at C1 for wang'));
  t.true(ofCards.includes('wang: permit card at C1 for wang taken'));
  t.true(
    ofCards.includes(
      'wang: permit card at C1 for wang nobody: nobody came before its time was over',
    ),
  );
  t.true(ofCards.includes('wang: permit card at C1 for wang closed: closed by hand'));
  t.true(ofCards.includes('wang: permit card at C1 for wang stopped: the site stopped'));
  t.false(JSON.stringify(tried.events('override')).includes(NEW_CARD), 'no number on file');
  t.false(JSON.stringify(tried.logged).includes(NEW_CARD));
});
