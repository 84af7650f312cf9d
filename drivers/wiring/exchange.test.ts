import test from 'ava';
import {fromHex} from '../../protocols/base/bytes.js';
import {readExchange} from './exchange.js';

// FC03 of one register of unit 1, and its answer 0000: both as every Modbus tutorial prints them.
const REQUEST = '01 03 00 00 00 01 84 0A';
const ANSWER = '01 03 02 00 00 B8 44';

const rows: readonly {
  readonly name: string;
  readonly received: string;
  readonly pattern: string;
  readonly isEchoed?: boolean;
  readonly detail?: number;
}[] = [
  {name: 'silence', received: '', pattern: 'nothing'},
  {name: 'a sound answer', received: ANSWER, pattern: 'answer'},
  {name: 'our own bytes alone', received: REQUEST, pattern: 'echo', isEchoed: true},
  {
    name: 'our own bytes and an answer',
    received: `${REQUEST} ${ANSWER}`,
    pattern: 'answer',
    isEchoed: true,
  },
  {name: 'an answer with a flipped bit', received: '01 03 02 00 01 B8 44', pattern: 'garbage'},
  {name: 'an answer cut short', received: '01 03 02 00', pattern: 'garbage'},
  // Half the speed: each byte is sampled twice as fast as it was sent.
  {name: 'an answer at another speed', received: '06 E6 18 00 E0 E0 98', pattern: 'garbage'},
  {name: 'a line without bias: breaks', received: '00 00 FF 00', pattern: 'garbage'},
  // Illegal data address, the example of the Modbus Application Protocol V1.1b3, 7, as unit 1.
  {name: 'a refusal', received: '01 83 02 C0 F1', pattern: 'exception', detail: 2},
  {name: 'an answer of unit 2', received: '02 03 02 00 00 FC 44', pattern: 'foreign', detail: 2},
  {name: 'two answers to one request', received: `${ANSWER} ${ANSWER}`, pattern: 'twice'},
  {name: 'noise before an answer', received: `FF 00 ${ANSWER}`, pattern: 'answer'},
];

for (const {name, received, pattern, isEchoed = false, detail} of rows) {
  test(`an exchange: ${name}`, t => {
    const read = readExchange({request: fromHex(REQUEST), received: fromHex(received)});
    t.deepEqual(read, {
      unit: 1,
      pattern: pattern as NonNullable<typeof read>['pattern'],
      isEchoed,
      detail,
    });
  });
}

test('a request that is no Modbus frame shows nothing of the wiring', t => {
  t.is(readExchange({request: fromHex('8A 01 01 11 9B'), received: fromHex('00')}), undefined);
});
