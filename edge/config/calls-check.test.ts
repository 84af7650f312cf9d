import test from 'ava';
import {callsProblems} from './calls-check.js';
import type {SiteConfig} from './schema.js';

/** Of a site file only what the check reads. */
function problems(calls: object | undefined): readonly string[] {
  const config = {
    collectors: [{id: 'C1'}, {id: 'C2'}],
    devices: [
      {id: 'bell', kind: 'relay-output'},
      {id: 'E-9', kind: 'loop-button'},
    ],
    bath: {stalls: [{id: 'S-01'}]},
    ...(calls && {calls: {places: [], safeActions: [], hours: [], ...calls}}),
  };
  return callsProblems(config as unknown as SiteConfig).map(
    ({path, text}) => `${path.join('.')}: ${text}`,
  );
}

test('names of the block calls that lead nowhere are told with their place, all at once', t => {
  t.deepEqual(problems(undefined), []);
  const hours = [
    {
      contacts: [
        {name: 'a', afterMs: 0},
        {name: 'b', afterMs: 60_000},
      ],
    },
    {},
  ];
  t.deepEqual(
    problems({
      places: [{collector: 'C1', reader: 'C2'}, {collector: 'S-01'}],
      safeActions: [
        {kind: 'lower', collector: 'C1', bays: []},
        {kind: 'switch_on', collector: 'C2', device: 'bell'},
        {kind: 'water_off', collector: 'S-01', stalls: ['S-01']},
      ],
      local: {device: 'bell', afterMs: 60_000},
      hours,
    }),
    [],
  );
  t.deepEqual(
    problems({
      places: [{collector: 'C9', reader: 'C8'}],
      safeActions: [
        {kind: 'switch_on', collector: 'C1', device: 'E-9'},
        {kind: 'water_off', collector: 'C7', stalls: ['S-01', 'S-02', 'C1']},
      ],
      local: {device: 'modem', afterMs: 60_000},
    }),
    [
      'calls.places.0.collector: no collector or stall is called C9',
      'calls.places.0.reader: no collector or stall is called C8',
      'calls.safeActions.0.device: no relay-output is called E-9',
      'calls.safeActions.1.collector: no collector or stall is called C7',
      'calls.safeActions.1.stalls.1: no stall is called S-02',
      'calls.safeActions.1.stalls.2: no stall is called C1',
      'calls.local.device: no relay-output is called modem',
    ],
  );
});

test('contacts of an hour are told in turn: one that is not later than the one before is refused', t => {
  const contacts = [0, 60_000, 60_000, 30_000].map((afterMs, no) => ({name: `${no}`, afterMs}));
  t.deepEqual(problems({hours: [{contacts}]}), [
    'calls.hours.0.contacts.2.afterMs: expected more than the 60000 of the contact before, got 60000',
    'calls.hours.0.contacts.3.afterMs: expected more than the 60000 of the contact before, got 30000',
  ]);
});
