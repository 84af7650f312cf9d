import test from 'ava';
import {ALARM_RULES, alarmRuleOf} from './alarm-rules.js';

test('calls for help are emergencies or assistance, faults sound nowhere, a test wakes nobody, and an unknown kind calls people', t => {
  const rules = Object.entries(ALARM_RULES);
  t.true(rules.length > 40);
  for (const [kind, {type, callsForHelp, escalates, selfClears}] of rules) {
    t.is(callsForHelp, type === 'emergency' || type === 'assistance', kind);
    if (callsForHelp) t.deepEqual([escalates, selfClears], [true, false], kind);
    if (type === 'test') t.false(escalates, kind);
  }
  t.like(alarmRuleOf('LEAK'), {type: 'fault', escalates: true});
  t.like(alarmRuleOf('BATHER_SILENT'), {type: 'assistance', callsForHelp: true});
  t.like(alarmRuleOf('OF_TOMORROW'), {type: 'assistance', escalates: true});
});
