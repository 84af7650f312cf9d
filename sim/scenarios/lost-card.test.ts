import test from 'ava';
import {DAY_MS} from '../../protocols/base/units.js';
import {bookedLot, moneyOf, PURSE_FEN} from './booked-lot.js';
import {LinkedCloud, NINE} from './linked-cloud.js';

const CARD = '4D00010203';

test('E46 a card that its holder says is lost opens nothing any more at once, his QR code takes over, and the card is charged once', async t => {
  const database = await bookedLot(t, {fromMs: NINE, bays: ['A-001'], members: ['ann']});
  const cloud = await LinkedCloud.start(t, {database});
  const gateway = await cloud.gateway('lot-1', 'gw-1');
  const {credentials} = await cloud.post<{credentials: {id: string; kind: string}[]}>(
    '/v1/grants',
    {
      ...{site: 'lot-1', holder: 'ann', points: ['A-001'], fromMs: NINE, untilMs: NINE + DAY_MS},
      credentials: [{kind: 'card', uid: CARD}, {kind: 'qr'}],
    },
  );
  const idOf = (wanted: string) => credentials.find(({kind}) => kind === wanted)?.id ?? '';
  await cloud.clock.advance(2000);
  t.is(await gateway.tap(CARD), 'ALLOW');
  const {text} = await cloud.get<{text: string}>(`/v1/credentials/${idOf('qr')}/token`);
  const lost = `/v1/credentials/${idOf('card')}/lost`;
  t.like(await cloud.ask('POST', lost, {}), {status: 200, body: {state: 'revoked'}});
  await cloud.clock.advance(2000);
  t.is(await gateway.tap(CARD), 'REVOKED');
  t.is(await gateway.scan(text), 'ALLOW');
  t.like(await cloud.ask('POST', lost, {}), {status: 409, body: {code: 'revoked'}});
  const fee = {postedFen: PURSE_FEN - 2000, heldFen: 0};
  t.deepEqual(await moneyOf(database, 'member:ann'), fee);
  t.like(await cloud.ask('POST', `/v1/credentials/${idOf('qr')}/lost`, {}), {status: 404});
});
