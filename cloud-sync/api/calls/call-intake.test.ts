import test from 'ava';
import {ALARM_RULES} from '../../../protocols/site/alarm-rules.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import {CallIntake} from './call-intake.js';
import type {CallReport} from './call-table.js';

test('the cloud follows the alarms that escalate at the site, tests of the way, and kinds that it does not know', async t => {
  const noted: string[] = [];
  let told = 0;
  const intake = new CallIntake({
    clock: new VirtualClock({yieldTurn: async () => {}}),
    entropy: new SeededEntropy(),
    sites: {
      siteOf: async (_, gateway) => (gateway === 'gw-1' ? {tenant: 't', site: 's'} : undefined),
    },
    calls: {note: async (_, {kind}) => void noted.push(kind)},
  });
  intake.listen(() => {
    told += 1;
  });
  const kinds = [...Object.keys(ALARM_RULES), 'OF_TOMORROW'];
  const reports = kinds.map(
    (kind): CallReport => ({
      ...{gateway: 'gw-1', alarm: kind, kind, bay: null, collector: null, count: 1},
      ...{word: 'raised', person: null, firstWall: 1, wordWall: 1, epochNo: 1, seq: 1},
    }),
  );
  const strangers = reports.map(report => ({...report, gateway: 'gw-2'}));
  await intake.note({} as CloudTransaction, [...strangers, ...reports]);
  const escalating = Object.entries(ALARM_RULES).filter(([, {escalates}]) => escalates);
  const wanted = [...escalating.map(([kind]) => kind), 'CALL_TEST', 'OF_TOMORROW'];
  t.deepEqual(noted.sort(), wanted.sort());
  t.is(told, noted.length);
});
