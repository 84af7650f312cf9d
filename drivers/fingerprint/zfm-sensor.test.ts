import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {Fingerprint, type SimFinger} from '../../sim/devices/fingerprint.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {SharedLine} from '../bus/shared-line.js';
import {createMemoryPair} from '../port/memory-link.js';
import {ZfmSensor} from './zfm-sensor.js';

const PAGES = [10, 11, 12] as const;
const [thumb, index, middle]: readonly SimFinger[] = ['thumb', 'index', 'middle'].map(name => ({
  name,
}));
const stranger: SimFinger = {name: 'stranger'};
/** UpChar, DownChar, UpImage, DownImage of the maker's manual. */
const TEMPLATE_CARRIERS = [0x08, 0x09, 0x0a, 0x0b];

interface Rig {
  readonly clock: VirtualClock;
  readonly twin: Fingerprint;
  readonly sensor: ZfmSensor;
  readonly bus: SharedLine;
  readonly told: string[];
  /** How the person at the sensor follows the prompts. */
  hand: (prompt: string, finger: number) => void;
}

/** Driver and twin on a real line, then the story, then what every story owes. */
async function onLine(
  story: (rig: Rig) => Promise<void> | void,
  options: {readonly password?: number; readonly ready?: boolean} = {},
): Promise<readonly number[]> {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'finger'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 57_600});
  const twin = new Fingerprint({clock, password: 0x1234_5678});
  wire.attach(twin);
  const bus = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 57_600});
  bus.open();
  const told: string[] = [];
  const sensor = new ZfmSensor({
    id: asId<DeviceId>('F-1'),
    bus,
    clock,
    password: options.password ?? 0x1234_5678,
    listener: {
      onHealth: health => told.push(health),
      onPrompt: prompt => {
        told.push(`${prompt.kind} ${prompt.finger}`);
        rig.hand(prompt.kind, prompt.finger);
      },
      onFault: (fault, isStanding) => told.push(`${fault} ${isStanding}`),
    },
  });
  const rig: Rig = {clock, twin, sensor, bus, told, hand: () => {}};
  if (options.ready ?? true) await clock.until(() => sensor.librarySize !== undefined, 20_000);
  await story(rig);
  await sensor.close();
  await bus.close();
  wire.close();
  await far.close();
  clock.assertIdle();
  return twin.heard.filter(code => TEMPLATE_CARRIERS.includes(code));
}

/** A person who does as told, with these fingers. */
function obedient({twin}: Rig, fingers: readonly (SimFinger | undefined)[]) {
  return (prompt: string, finger: number) => {
    const shown = fingers[finger];
    if (prompt === 'place' && shown) twin.place(shown);
    else twin.lift();
  };
}

async function enrolled(rig: Rig): Promise<void> {
  rig.hand = obedient(rig, [thumb, index, middle]);
  await rig.clock.settle(rig.sensor.enrol(PAGES), 60_000);
  rig.twin.lift();
  rig.hand = () => {};
  rig.told.length = 0;
}

test('it waits for the power-up, says the password, and asks for the library', async t => {
  await onLine(
    async ({clock, twin, sensor, told}) => {
      t.is(sensor.health, 'unknown');
      await clock.advance(490);
      t.deepEqual(twin.heard, []);
      await clock.advance(500);
      t.deepEqual(twin.heard, [0x13, 0x0f]);
      t.is(sensor.librarySize, 162);
      t.deepEqual(told, ['ok']);
      await clock.advance(4000);
      t.deepEqual(twin.heard, [0x13, 0x0f, 0x0f, 0x0f]);
    },
    {ready: false},
  );
});

test('the password of the sensor does not stand in the trace of the line', async t => {
  await onLine(({bus}) => {
    const sent = bus.dumpTrace().map(({hex}) => hex);
    t.true(sent.length >= 4);
    t.false(sent.some(hex => hex.includes('12345678')));
    // 16 bytes: head, address, kind, length, instruction, password, sum.
    t.is(sent[0], `ef01${'..'.repeat(14)}`);
    t.is(sent[2], 'ef01ffffffff0100030f0013');
  });
});

test('three fingers are taken twice each, lifted in between, and stored', async t => {
  await onLine(async rig => {
    rig.told.length = 0;
    rig.hand = obedient(rig, [thumb, index, middle]);
    const outcome = await rig.clock.settle(rig.sensor.enrol(PAGES), 60_000);
    t.deepEqual(outcome, {kind: 'enrolled'});
    t.deepEqual(
      [...rig.twin.library],
      [
        [10, 'thumb'],
        [11, 'index'],
        [12, 'middle'],
      ],
    );
    t.deepEqual(rig.told, [
      'place 0',
      'lift 0',
      'place 0',
      'lift 0',
      'place 1',
      'lift 1',
      'place 1',
      'lift 1',
      'place 2',
      'lift 2',
      'place 2',
    ]);
  });
});

test('~L17 each of 3 fingers passes, a fourth fails', async t => {
  const carried = await onLine(async rig => {
    await enrolled(rig);
    for (const [no, finger] of [thumb, index, middle].entries()) {
      rig.hand = obedient(rig, [finger]);
      const outcome = await rig.clock.settle(rig.sensor.check(PAGES), 20_000);
      t.deepEqual(outcome, {kind: 'passed', page: 10 + no, score: 120});
    }
    rig.hand = obedient(rig, [stranger]);
    const outcome = await rig.clock.settle(rig.sensor.check(PAGES), 60_000);
    t.deepEqual(outcome, {kind: 'failed', why: 'mismatch'});
  });
  t.deepEqual(carried, []);
});

test('~L17 three tries: two wrong fingers and the right one pass, three wrong ones do not', async t => {
  await onLine(async rig => {
    await enrolled(rig);
    const shown = [stranger, {name: 'other', isWet: true}, middle];
    rig.hand = prompt => {
      rig.twin.lift();
      const next = prompt === 'place' ? shown.shift() : undefined;
      if (next) rig.twin.place(next);
    };
    const outcome = await rig.clock.settle(rig.sensor.check(PAGES), 60_000);
    t.deepEqual(outcome, {kind: 'passed', page: 12, score: 120});
    t.deepEqual(rig.told, ['place 0', 'again 0', 'place 0', 'again 0', 'place 0']);
    shown.push(stranger, stranger, stranger, middle);
    t.is((await rig.clock.settle(rig.sensor.check(PAGES), 60_000)).kind, 'failed');
    t.is(shown.length, 1);
  });
});

test('~L17 nobody for 15 s ends the check, looking every 300 ms', async t => {
  await onLine(async rig => {
    await enrolled(rig);
    const [before, startMs] = [rig.twin.heard.length, rig.clock.nowMs()];
    const outcome = await rig.clock.settle(rig.sensor.check(PAGES), 60_000);
    t.deepEqual(outcome, {kind: 'no_finger'});
    const tookMs = rig.clock.nowMs() - startMs;
    t.true(tookMs > 14_000 && tookMs < 15_100, `${tookMs}`);
    const looks = rig.twin.heard.slice(before);
    t.true(looks.length >= 40 && looks.length <= 50, `${looks.length}`);
    t.true(looks.every(code => code === 0x01));
  });
});

test('a finger that is never lifted is not tried again', async t => {
  await onLine(async rig => {
    await enrolled(rig);
    rig.twin.place(stranger);
    rig.hand = () => {};
    const outcome = await rig.clock.settle(rig.sensor.check(PAGES), 60_000);
    t.deepEqual(outcome, {kind: 'no_finger'});
    t.is(rig.twin.heard.filter(code => code === 0x02).length, 6 + 1);
  });
});

test('a wet finger three times is a bad image, a score below the threshold no match', async t => {
  await onLine(async rig => {
    await enrolled(rig);
    rig.hand = obedient(rig, [{name: 'thumb', isWet: true}]);
    const wet = await rig.clock.settle(rig.sensor.check(PAGES), 60_000);
    t.deepEqual(wet, {kind: 'failed', why: 'bad_image'});
    rig.hand = obedient(rig, [{name: 'thumb', score: 49}]);
    const worn = await rig.clock.settle(rig.sensor.check(PAGES), 60_000);
    t.deepEqual(worn, {kind: 'failed', why: 'mismatch'});
    rig.hand = obedient(rig, [{name: 'thumb', score: 50}]);
    t.is((await rig.clock.settle(rig.sensor.check(PAGES), 60_000)).kind, 'passed');
  });
});

test('two images of different fingers are not combined; the third attempt is the last', async t => {
  await onLine(async rig => {
    const shown = [thumb, index, thumb, index, thumb, index];
    rig.hand = prompt => {
      const next = prompt === 'place' ? shown.shift() : undefined;
      if (next) rig.twin.place(next);
      else rig.twin.lift();
    };
    const outcome = await rig.clock.settle(rig.sensor.enrol(PAGES), 120_000);
    t.deepEqual(outcome, {
      kind: 'incomplete',
      stored: [],
      why: 'bad_image',
      detail: 'the two images are not of one finger',
    });
    t.is(rig.twin.library.size, 0);
  });
});

test('a wet finger is taken again while enrolling, and nobody ends it with what was stored', async t => {
  await onLine(async rig => {
    const shown = [{name: 'thumb', isWet: true}, thumb, thumb];
    rig.hand = prompt => {
      const next = prompt === 'place' ? shown.shift() : undefined;
      if (next) rig.twin.place(next);
      else rig.twin.lift();
    };
    const outcome = await rig.clock.settle(rig.sensor.enrol(PAGES), 120_000);
    t.deepEqual(outcome, {
      kind: 'incomplete',
      stored: [10],
      why: 'no_finger',
      detail: 'nobody for 15 s',
    });
  });
});

test('a flash that fails is told, and the page is named as doubtful', async t => {
  await onLine(async rig => {
    rig.twin.isFlashBroken = true;
    rig.hand = obedient(rig, [thumb, index, middle]);
    const outcome = await rig.clock.settle(rig.sensor.enrol(PAGES), 60_000);
    t.deepEqual(outcome, {
      kind: 'incomplete',
      stored: [10],
      why: 'sensor',
      detail: 'the memory of the sensor failed',
    });
  });
});

test('a lost answer to a store is settled by reading the page back', async t => {
  await onLine(async rig => {
    let places = 0;
    const hand = obedient(rig, [thumb, index, middle]);
    rig.hand = (prompt, finger) => {
      hand(prompt, finger);
      if (prompt === 'place') places += 1;
    };
    const enrolling = rig.sensor.enrol(PAGES);
    await rig.clock.until(() => rig.twin.heard.includes(0x05), 60_000);
    rig.twin.lostAnswers = 1;
    t.deepEqual(await rig.clock.settle(enrolling, 60_000), {kind: 'enrolled'});
    t.is(rig.twin.heard.filter(code => code === 0x06).length, 3);
    t.is(places, 6);
  });
});

test('pages are emptied one by one, also when an answer is lost', async t => {
  await onLine(async rig => {
    await enrolled(rig);
    rig.twin.lostAnswers = 1;
    t.deepEqual(await rig.clock.settle(rig.sensor.remove([10, 11]), 20_000), {kind: 'removed'});
    t.deepEqual([...rig.twin.library.keys()], [12]);
    t.deepEqual(await rig.sensor.remove([]), {kind: 'removed'});
    await rig.clock.until(() => rig.sensor.health === 'ok', 20_000);
    await rig.clock.advance(3000);
    rig.twin.isFlashBroken = true;
    t.deepEqual(await rig.clock.settle(rig.sensor.remove([12]), 20_000), {
      kind: 'incomplete',
      left: [12],
      detail: 'the template cannot be deleted',
    });
  });
});

test('a wrong password is a standing fault until the right sensor is there', async t => {
  await onLine(
    async ({clock, twin, sensor, told}) => {
      await clock.advance(10_000);
      t.deepEqual(told, ['ok', 'UNCOMMISSIONED true', 'offline']);
      const outcome = await sensor.check(PAGES);
      t.true(outcome.kind === 'unavailable' && outcome.why === 'offline');
      twin.password = 7;
      await clock.advance(10_000);
      t.deepEqual(told.slice(3), ['UNCOMMISSIONED false', 'ok']);
    },
    {password: 7, ready: false},
  );
});

test('a sensor that restarts in an operation is given its password again', async t => {
  await onLine(async rig => {
    await enrolled(rig);
    const checking = rig.sensor.check(PAGES);
    await rig.clock.advance(1000);
    rig.twin.restart();
    const outcome = await rig.clock.settle(checking, 60_000);
    t.true(outcome.kind === 'unavailable');
    await rig.clock.advance(10_000);
    rig.hand = obedient(rig, [thumb]);
    t.is((await rig.clock.settle(rig.sensor.check(PAGES), 20_000)).kind, 'passed');
  });
});

test('what cannot be done is said at once', async t => {
  await onLine(async rig => {
    const why = (outcome: {readonly kind: string; readonly why?: unknown}) => outcome.why;
    t.is(why(await rig.sensor.check([])), 'page');
    t.is(why(await rig.sensor.check([162])), 'page');
  });
  await onLine(async rig => {
    const checking = rig.sensor.check([10]);
    const busy = await rig.sensor.check([10]);
    t.true(busy.kind === 'unavailable' && busy.why === 'busy');
    rig.sensor.cancel();
    const outcome = await checking;
    t.true(outcome.kind === 'unavailable' && outcome.why === 'closed');
    rig.twin.place(thumb ?? stranger);
    const empty = await rig.clock.settle(rig.sensor.check([10]), 20_000);
    t.true(empty.kind === 'unavailable' && empty.why === 'page');
    await rig.sensor.close();
    const closed = await rig.sensor.check([10]);
    t.true(closed.kind === 'unavailable' && closed.why === 'closed');
  });
});

test('a sensor that is silent in an operation is told as silent', async t => {
  await onLine(async rig => {
    await enrolled(rig);
    const checking = rig.sensor.check(PAGES);
    await rig.clock.advance(500);
    rig.twin.isUnplugged = true;
    const outcome = await rig.clock.settle(checking, 60_000);
    t.true(outcome.kind === 'unavailable' && outcome.why === 'silent');
    await rig.clock.advance(30_000);
    t.is(rig.sensor.health, 'offline');
    rig.twin.isUnplugged = false;
    rig.twin.restart();
    await rig.clock.until(() => rig.sensor.health === 'ok', 120_000);
  });
});
