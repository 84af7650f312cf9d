import {readdirSync} from 'node:fs';
import test from 'ava';
import {replaceDevice} from '../../edge/commands/device-replace.js';
import {TriedSite} from './tried-site.js';

test('~I-8 device replace gives an exchanged lock its new address: name and history stay, a copy is kept before, a silent one is told with the next step', async t => {
  const tried = await TriedSite.start();
  t.teardown(() => tried.close());
  t.regex(TriedSite.text(), /id: L-A-001\n[^#]*?address: 1\n/);
  const config = tried.path('site.yaml');
  const machine = tried.commandLine();
  const id = 'L-A-001';
  const replace = (device: string, address?: string) =>
    tried.clock.settle(
      replaceDevice(
        device,
        {config, person: 'wang', ...(address === undefined ? {} : {address})},
        machine,
      ),
    );
  const copies = () => readdirSync(tried.path('lot.db.copies')).length;
  const tests = () => tried.events('device.event').filter(({event}) => event === 'test');

  t.regex((await replace('L-X')).lines[0] ?? '', /L-X: expected a device, as named under buses/);
  t.regex((await replace(id, '300')).lines.join('\n'), /address: expected 1-247, got 300/);
  t.regex((await replace(id, '2')).lines.join('\n'), /address/, 'another one has that');
  t.is(tried.siteFile(), TriedSite.text());

  const same = await replace(id);
  t.is(same.exitCode, 0, same.lines.join('\n'));
  t.regex(
    same.lines.join('\n'),
    /keeps its name.*copy of the site: .*-device\.lkbackup.*status: passed.*next: latchkey lock test/s,
  );
  const silent = await replace(id, '101');
  t.is(silent.exitCode, 1);
  t.regex(silent.lines.join('\n'), /address 1 is now 101: applied.*L-A-001 status: failed/s);
  t.regex(silent.lines.at(-1) ?? '', /at address 101 did not pass: latchkey scan bus .*rollback$/);
  t.is(copies(), 2, 'before either');
  t.is(tried.siteFile(), TriedSite.text(1), 'nothing else in the file was touched');
  t.deepEqual(
    tests().map(({device}) => device),
    [id, id],
    'before and after under one name',
  );

  const display = await replace('D-C1');
  t.is(display.exitCode, 0);
  t.regex(
    display.lines.join('\n'),
    /D-C1: keeps its name.*-device\.lkbackup.*no sign that it is silent/s,
  );
  const reader = await replace('C2', 'C2-new');
  t.regex(reader.lines.join('\n'), /address C2 is now C2-new: applied.*next: latchkey status/s);
  t.regex(tried.siteFile(), /reader:\n[^#]*?path: "C2-new"/);
  t.is(copies(), 4, 'before every one');
});
