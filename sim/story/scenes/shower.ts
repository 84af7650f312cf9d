import type {Scene} from '../scene.js';

const STALL = 'X-01';
const PURSE_FEN = 1000;
const KEY_GAP_MS = 200;
const SHOWER_MS = 6000;

/** Money, code, water, stop: what ran is what is paid, and the rest of the hold comes back. */
export const SHOWER: Scene = {
  title: 'a code keyed in at a stall opens the water, and what ran is billed once',
  fastStartMs: 2000,
  run: async stage => {
    const {house, platform, edge} = stage.live;
    const {keypad, pipe} = house.stall(STALL);
    const bather = await stage.personWith('张先生', PURSE_FEN);
    const {id, code = '', heldFen} = await platform.code(bather);
    stage.say(`a bather recharges ${yuan(PURSE_FEN)} and gets code ${code}; ${yuan(heldFen)} held`);
    await stage.untilTrue('the code is at the stalls', 10_000, async () => {
      return (await platform.codeNow(id)).deliverable === 'pre_synced';
    });
    const fromMl = pipe.totalMl;
    const keys = `${code.replaceAll(' ', '')}#`;
    keypad.type(keys, KEY_GAP_MS);
    const keyedMs = stage.clock.nowMs() + KEY_GAP_MS * (keys.length - 1);
    await stage.until('the valve opens', 12_000, () => pipe.flowMlPerMin > 0);
    const openedMs = Math.round(stage.clock.nowMs() - keyedMs);
    stage.say(`${STALL}: water runs ${openedMs} ms after the last key`);
    await stage.sleep(SHOWER_MS);
    stage.say(`${STALL} shows: ${house.screen(STALL)}`);
    keypad.press('*');
    await stage.until('the valve is shut', 6000, () => pipe.valve === 'closed');
    const {outbox} = edge.daemon.store;
    const settled = () =>
      outbox
        .read(outbox.low(), Number.MAX_SAFE_INTEGER)
        .filter(({kind}) => kind === 'shower')
        .map(({body}) => JSON.parse(body) as Settled)
        .find(({phase, stall}) => phase === 'settled' && stall === STALL);
    await stage.until('it is dry and settled', 20_000, () => settled() !== undefined);
    const bill = settled();
    const ranMl = pipe.totalMl - fromMl;
    stage.check(`all ${ranMl} ml are billed or free`, bill?.meteredMl === ranMl);
    stage.say(`${STALL}: ${ranMl} ml ran, ${bill?.billedMl} ml are billed: ${yuan(bill?.usedFen)}`);
    await stage.untilTrue('the cloud has settled it', 15_000, async () => {
      return (await platform.codeNow(id)).state === 'settled';
    });
    const [{usedFen}, leftFen] = [await platform.codeNow(id), await platform.balanceFen(bather)];
    stage.check(`${usedFen} fen are charged`, usedFen === bill?.usedFen);
    stage.check('the rest is his again', leftFen === PURSE_FEN - (usedFen ?? 0));
    stage.say(`the cloud has charged ${yuan(usedFen ?? 0)} once; he has ${yuan(leftFen)} left`);
  },
};

interface Settled {
  readonly phase: string;
  readonly stall: string;
  readonly meteredMl: number;
  readonly billedMl: number;
  readonly usedFen: number;
}

function yuan(fen = 0): string {
  return `${(fen / 100).toFixed(2)} yuan`;
}
