import {fileURLToPath} from 'node:url';
import test from 'ava';
import {PeerProcess, rest, until} from './peer-process.js';
import {RealHouse} from './real-house.js';
import {socatPair} from './socat.js';

const SLAVES = fileURLToPath(new URL('../../../sim/real/pymodbus-slaves.py', import.meta.url));
const METER_UNIT = 51;
const CODE = '19057344';
/** Keys, scrypt and valve, on a machine that is busy. */
const SLOWLY_MS = 30_000;

test.serial(
  '~B14 the same code keyed at two terminals in the same millisecond on two real serial ports: one valve opens',
  async t => {
    const bath = new RealHouse(t, {plan: {xintai: 1, pulse: 1}, codes: [CODE]});
    bath.install();
    const gateway = bath.start();
    await bath.free();
    const {stalls} = bath.house;
    for (const {keypad} of stalls) keypad.type(`${CODE}#`);
    await until('both are judged', () => bath.events('decision').length >= 2, SLOWLY_MS);
    const open = () => stalls.filter(({pipe}) => pipe.valve === 'open');
    await until('a valve opens', () => open().length > 0);
    await rest(1500);
    t.is(open().length, 1);
    t.deepEqual(
      bath
        .events('decision')
        .map(({result, reason}) => reason ?? result)
        .sort(),
      ['ALLOW', 'ALREADY_USED'],
    );
    open()[0]?.keypad.press('*');
    await bath.settled(1);
    t.is(new Set(bath.events('shower').map(({session}) => session)).size, 1);
    await gateway.end();
  },
);

test.serial(
  '~B5 a whole shower on a meter with a valve that pymodbus plays: what it counted is billed or free, and it is shut',
  async t => {
    const {near, far} = await socatPair(t);
    const slaves = new PeerProcess('/usr/bin/python3', [SLAVES, far, '1']);
    t.teardown(() => slaves.end());
    const meters = {path: near, unit: METER_UNIT};
    const bath = new RealHouse(t, {plan: {xintai: 1}, meters, codes: [CODE]});
    bath.install();
    const gateway = bath.start();
    await bath.free();
    const [stall] = bath.house.stalls;
    stall?.keypad.type(`${CODE}#`);
    await until('water runs', () => bath.house.screen('X-01').includes('left'), SLOWLY_MS);
    await rest(3000);
    stall?.keypad.press('*');
    await bath.settled(1);
    await gateway.end();

    const shower = bath.events('shower').at(-1);
    t.like(shower, {phase: 'settled', end: 'stop', quality: 'good', owedFen: 0});
    // An order whose answer comes late goes out again; it moves nothing a second time.
    const said = told(slaves.output);
    const orders = said.filter(({order}, place) => order !== said[place - 1]?.order);
    t.deepEqual(
      orders.map(({order}) => order),
      ['close', 'open', 'close'],
      slaves.output,
    );
    const [, openedMl = 0, closedMl = 0] = orders.map(({totalMl}) => totalMl);
    const {meteredMl = 0, billedMl = 0, freeMl = 0, usedFen} = shower ?? {};
    // A single holds half a cubic metre to 0.06 ml, and each reading is cut to whole millilitres.
    t.true(Math.abs(meteredMl - (closedMl - openedMl)) <= 2, `${meteredMl} of ${orders}`);
    t.true(meteredMl > 2000);
    t.is(billedMl + freeMl, meteredMl);
    t.is(usedFen, Math.floor((billedMl * 20) / 1000));
  },
);

/** What the foreign meter says of its valve: `valve open 545000.0`. */
function told(output: string): readonly {readonly order: string; readonly totalMl: number}[] {
  return [...output.matchAll(/^valve (open|close) ([\d.]+)$/gm)].map(([, order = '', ml]) => ({
    order,
    totalMl: Number(ml),
  }));
}
