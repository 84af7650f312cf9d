import {readFileSync} from 'node:fs';
import test from 'ava';
import {BathPlatform} from './bath-platform.js';

const PERSON = {phone: '13912345678', name: '欧阳修远'};

test('B17 after a session neither the bus nor the dump of its terminal holds a phone, a name or an account: a code by its digest and a name of nobody are all', async t => {
  const platform = await BathPlatform.open(t, {purses: {}});
  const {house, world} = platform;
  const {id: member} = (
    await platform.ask<{id: string}>('POST', '/v1/members', {...PERSON, roles: ['bather']})
  ).body;
  await platform.give(member, 1000);
  const onBus: Uint8Array[] = [];
  const line = world.end('line-X');
  const send = line.send.bind(line);
  line.tap(bytes => void onBus.push(bytes));
  line.send = bytes => {
    onBus.push(bytes);
    send(bytes);
  };
  const digits: string[] = [];
  for (const nth of [1, 2]) {
    const code = await platform.code(member);
    digits.push(code.digits);
    await house.type('X-01', `${code.digits}#`);
    await world.advance(5000);
    await house.key('X-01', '*');
    await house.settled(nth);
    await platform.until(code.id, 'settled');
    // Who it was is known where the grant is known.
    t.true((await platform.entries(code.id)).some(entry => entry.startsWith('capture ')));
  }
  const names = new Set(house.showers().map(({holder}) => holder));
  t.is(names.size, 1, 'the same for the same member, for a rinse that he owes');
  t.regex([...names][0] ?? '', /^bather-[0-9a-f]{32}$/);

  const file = world.databasePath;
  const terminal = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  const journal = Buffer.from(JSON.stringify([world.allEvents(), world.logged]));
  const bus = Buffer.concat(onBus);
  // That these are what they are said to be.
  t.true(terminal.includes([...names][0] ?? '-') && journal.includes('"settled"'));
  t.true(bus.includes(wide('Goodbye')));
  const {phone, name} = PERSON;
  const personal = [member, phone, phone.slice(-8), phone.slice(0, 7), name, name.slice(0, 2)];
  for (const [what, dump] of Object.entries({bus, terminal, journal})) {
    for (const text of personal) {
      t.false(dump.includes(text) || dump.includes(wide(text)), `${text} is in the ${what}`);
    }
  }
  // Of the code its digest under a pepper; the digits went over the keypad's line alone.
  for (const code of digits) t.false(terminal.includes(code) || journal.includes(code));
});

/** As displays take text. */
function wide(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}
