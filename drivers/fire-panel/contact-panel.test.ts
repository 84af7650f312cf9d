import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {ContactPanel} from './contact-panel.js';

/** A panel whose contact opens with a fire, polled every 100 ms. */
function makePanel() {
  const told: (readonly [boolean, number])[] = [];
  const panel = new ContactPanel({
    id: asId<DeviceId>('fire-1'),
    fire: {input: 3, activeWhen: 'open'},
    listener: {
      onFire: (isStanding, atMs) => void told.push([isStanding, atMs]),
      onHealth: () => {},
    },
  });
  const input = panel.inputs.get(3);
  let nowMs = 0;
  const stand = (isClosed: boolean, forMs: number) => {
    for (const untilMs = nowMs + forMs; nowMs < untilMs; nowMs += 100) {
      input?.onInput(isClosed, nowMs);
    }
  };
  return {panel, told, stand, lose: () => input?.onInputHealth('offline')};
}

test('a contact that opens for 300 ms is a fire, a spike is none, and it is over after 3 s of rest', t => {
  const {panel, told, stand} = makePanel();
  stand(true, 4000);
  t.deepEqual(told, [[false, 3000]]);
  stand(false, 200);
  stand(true, 1000);
  t.is(told.length, 1);
  stand(false, 1000);
  t.deepEqual(told.at(-1), [true, 5500]);
  stand(true, 2000);
  stand(false, 100);
  stand(true, 2900);
  t.true(panel.isFire);
  stand(true, 400);
  t.deepEqual(told.at(-1), [false, 11_300]);
});

test('a fire stands while its board is lost, and nothing that was seen before counts when it is back', t => {
  const {panel, told, stand, lose} = makePanel();
  stand(false, 500);
  t.deepEqual(told, [[true, 300]]);
  stand(true, 2900);
  lose();
  t.true(panel.isFire);
  stand(true, 2900);
  t.true(panel.isFire);
  stand(true, 300);
  t.false(panel.isFire);
  panel.close();
  stand(false, 1000);
  t.is(told.length, 2);
});
