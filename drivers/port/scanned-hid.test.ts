import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {type HidApi, type HidDriverType, type HidInfo, HidLibrary} from './hid-library.js';
import {createHidPort} from './hid-port.js';
import type {HidMatch} from './hid-source.js';
import {createMemoryHid} from './memory-hid.js';
import {ScannedHid} from './scanned-hid.js';

const MATCH: HidMatch = {vendorId: 0x0627, productId: 1};
const KEYBOARD: HidInfo = {
  vendorId: 0x0627,
  productId: 1,
  path: '/dev/hidraw0',
  serialNumber: '68284',
  usagePage: 1,
  usage: 6,
  interface: 0,
};

/** node-hid as its source shows it, without its native half. */
class FakeHid implements HidApi {
  infos: readonly HidInfo[] = [KEYBOARD];
  readonly log: string[] = [];
  openError: unknown;
  listError: unknown;
  holdList: Promise<void> | undefined;
  readonly #handlers = new Map<string, (value: never) => void>();

  setDriverType(driverType: HidDriverType): void {
    this.log.push(`driver ${driverType}`);
  }

  async devicesAsync(): Promise<readonly HidInfo[]> {
    this.log.push('list');
    await this.holdList;
    if (this.listError !== undefined) throw this.listError;
    return this.infos;
  }

  readonly HIDAsync = {
    open: (path: string) => {
      this.log.push(`open ${path}`);
      if (this.openError !== undefined) return Promise.reject(this.openError);
      return Promise.resolve({
        on: (event: string, listener: (value: never) => void) => {
          this.#handlers.set(event, listener);
        },
        removeAllListeners: (event: string) => {
          this.#handlers.delete(event);
        },
        close: async () => {
          this.log.push(`close, listening to ${[...this.#handlers.keys()].join()}`);
          await Promise.resolve();
          this.emit('error', 'could not read from HID device');
          if (this.closeError) throw this.closeError;
        },
      });
    },
  };
  closeError: Error | undefined;

  get listened(): readonly string[] {
    return [...this.#handlers.keys()];
  }

  /** As an event emitter: an error that nobody listens to ends the process. */
  emit(event: 'data' | 'error', value: unknown): void {
    const handler = this.#handlers.get(event);
    if (event === 'error' && !handler) throw new TypeError('unhandled');
    handler?.(value as never);
  }
}

function setup(match: HidMatch = MATCH, change: (hid: FakeHid) => void = () => {}) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const hid = new FakeHid();
  change(hid);
  const library = new HidLibrary(() => Promise.resolve(hid));
  const source = new ScannedHid({library, match, clock});
  const heard: string[] = [];
  const open = () =>
    source.open({
      onReport: report => heard.push([...report].join()),
      onUp: () => heard.push('up'),
      onDown: ({code, message}) => heard.push(`${code} ${message}`),
    });
  return {clock, hid, library, source, heard, open};
}

test('a device that is there is opened once, and its reports are told', async t => {
  const {clock, hid, source, heard, open} = setup();
  open();
  open();
  await clock.advance(10);
  t.true(source.isUp);
  t.is(source.name, 'hid 0627:0001');
  const report = Buffer.of(0, 0, 0x1e);
  hid.emit('data', report);
  report.fill(9);
  await clock.advance(60_000);
  t.deepEqual(heard, ['up', '0,0,30']);
  t.deepEqual(hid.log, ['driver hidraw', 'list', 'open /dev/hidraw0']);
  await source.close();
  t.deepEqual(hid.log.slice(3), ['close, listening to error']);
  t.deepEqual(hid.listened, []);
  clock.assertIdle();
});

test('an unplug is an error whose value is a string: told once, then a scan every 3 s until it is back', async t => {
  const {clock, hid, source, heard, open} = setup();
  open();
  await clock.advance(10);
  hid.infos = [];
  hid.emit('error', 'could not read from HID device');
  hid.emit('error', 'could not read from HID device');
  await clock.advance(10_000);
  t.false(source.isUp);
  t.deepEqual(heard, [
    'up',
    'port/lost hid 0627:0001 is lost: could not read from HID device [port/lost]',
  ]);
  t.is(hid.log.filter(entry => entry === 'list').length, 4);
  t.is(hid.log.filter(entry => entry.startsWith('close')).length, 1);
  hid.infos = [{...KEYBOARD, path: '/dev/hidraw3'}];
  await clock.advance(3000);
  t.true(source.isUp);
  t.is(hid.log.at(-1), 'open /dev/hidraw3');
  t.is(heard.at(-1), 'up');
  await source.close();
  clock.assertIdle();
});

test('a device that cannot be closed is dropped all the same', async t => {
  const {clock, hid, source, open} = setup(MATCH, fake => {
    fake.closeError = new TypeError('device is already closed');
  });
  open();
  await clock.advance(10);
  hid.emit('error', 'gone');
  await clock.advance(3000);
  t.true(source.isUp);
  await source.close();
  t.false(source.isUp);
});

test('a device that is not there is missing, told once; nothing is told after close', async t => {
  const {clock, hid, source, heard, open} = setup(MATCH, fake => {
    fake.infos = [{...KEYBOARD, productId: 2}];
  });
  open();
  await clock.advance(10_000);
  t.deepEqual(heard, ['port/missing hid 0627:0001 is not there [port/missing]']);
  await source.close();
  hid.infos = [KEYBOARD];
  open();
  await clock.advance(10_000);
  t.is(heard.length, 1);
  clock.assertIdle();
});

test('two devices that both fit are refused until the match tells them apart', async t => {
  const twins = [KEYBOARD, {...KEYBOARD, path: '/dev/hidraw1', serialNumber: '999', interface: 1}];
  const both = (fake: FakeHid) => {
    fake.infos = twins;
  };
  const first = setup(MATCH, both);
  first.open();
  await first.clock.advance(10);
  t.regex(first.heard[0] ?? '', /^port\/ambiguous hid 0627:0001 fits several devices/);
  for (const more of [{serialNumber: '999'}, {interfaceNumber: 1}]) {
    const {clock, hid, heard, open, source} = setup({...MATCH, ...more}, both);
    open();
    await clock.advance(10);
    t.deepEqual(heard, ['up']);
    t.is(hid.log.at(-1), 'open /dev/hidraw1');
    await source.close();
  }
});

test('collections of one device are one device; a usage page picks one of two', async t => {
  const page = {...KEYBOARD, usagePage: 0x0c, usage: 1};
  const collections = setup(MATCH, fake => {
    fake.infos = [KEYBOARD, page];
  });
  collections.open();
  await collections.clock.advance(10);
  t.deepEqual(collections.heard, ['up']);
  const picked = setup({...MATCH, usagePage: 0x8c, usage: 2}, fake => {
    fake.infos = [KEYBOARD, {...page, path: '/dev/hidraw1', usagePage: 0x8c, usage: 2}];
  });
  picked.open();
  await picked.clock.advance(10);
  t.is(picked.hid.log.at(-1), 'open /dev/hidraw1');
});

test('libusb does not know usages: the match holds without them', async t => {
  const {clock, heard, open} = setup({...MATCH, usagePage: 1, usage: 6}, fake => {
    fake.infos = [{vendorId: 0x0627, productId: 1, path: '1-1:1.0', usagePage: 0, interface: 0}];
  });
  open();
  await clock.advance(10);
  t.deepEqual(heard, ['up']);
});

test('a device that may not be opened is denied, and tried again', async t => {
  const {clock, hid, source, heard, open} = setup(MATCH, fake => {
    fake.openError = new TypeError('cannot open device with path /dev/hidraw0: Permission denied');
  });
  open();
  await clock.advance(3500);
  t.is(heard.length, 1);
  t.regex(heard[0] ?? '', /^port\/denied/);
  hid.openError = 'busy';
  await clock.advance(3000);
  hid.openError = undefined;
  await clock.advance(3000);
  t.true(source.isUp);
  t.deepEqual(heard.slice(1), ['up']);
  const other = setup(MATCH, fake => {
    fake.openError = 'resource busy';
  });
  other.open();
  await other.clock.advance(10);
  t.regex(other.heard[0] ?? '', /^port\/lost hid 0627:0001 cannot be opened: resource busy/);
});

test('a close while the device is being found or opened leaves nothing open', async t => {
  let found = () => {};
  const {clock, hid, source, heard, open} = setup(MATCH, fake => {
    fake.holdList = new Promise(resolve => {
      found = resolve;
    });
  });
  open();
  await clock.advance(10);
  const closed = source.close();
  found();
  await closed;
  t.false(hid.log.some(entry => entry.startsWith('open')));
  t.deepEqual(heard, []);
  clock.assertIdle();

  const opening = setup();
  opening.open();
  while (!opening.hid.log.some(entry => entry.startsWith('open'))) await Promise.resolve();
  await opening.source.close();
  t.is(opening.hid.log.at(-1), 'close, listening to error');
  t.deepEqual(opening.heard, []);
});

test('a missing library is a reason with a name, tried again, and fatal to nobody', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const hid = new FakeHid();
  let isInstalled = false;
  const library = new HidLibrary(() =>
    isInstalled
      ? Promise.resolve(hid)
      : Promise.reject(new TypeError('libusb-1.0.so.0: cannot open shared object file')),
  );
  const source = new ScannedHid({library, match: MATCH, clock});
  const heard: string[] = [];
  source.open({
    onReport: () => {},
    onUp: () => heard.push('up'),
    onDown: ({code, message}) => heard.push(`${code} ${message}`),
  });
  await clock.advance(10);
  t.regex(heard[0] ?? '', /^port\/hid-library USB devices cannot be read: libusb-1\.0\.so\.0/);
  isInstalled = true;
  // The addon is loaded by the first call, so the same may show there.
  hid.listError = new TypeError('libudev.so.1: cannot open shared object file');
  await clock.advance(3000);
  hid.listError = undefined;
  await clock.advance(3000);
  t.deepEqual(heard.slice(1), ['up']);
  await source.close();
});

test('sources that look at the same time share one enumeration', async t => {
  const {clock, hid, library} = setup();
  const [first, second] = await clock.settle(Promise.all([library.list(), library.list()]));
  t.is(first, second);
  t.deepEqual(hid.log, ['driver hidraw', 'list']);
  await clock.settle(library.list());
  t.is(hid.log.length, 3);
});

test('the driver type is chosen once for the process, and a second choice is refused', async t => {
  const {clock, hid, library} = setup();
  library.choose('libusb');
  library.choose('libusb');
  t.is(t.throws(() => library.choose('hidraw'), {message: /libusb is chosen/}).name, 'UsageError');
  await clock.settle(library.list());
  t.deepEqual(hid.log, ['driver libusb', 'list']);
});

test('a device in memory comes, goes and comes back as a real one', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {source, end} = createMemoryHid(clock);
  const heard: string[] = [];
  source.open({
    onReport: report => heard.push([...report].join()),
    onUp: () => heard.push('up'),
    onDown: ({code}) => heard.push(code),
  });
  await clock.advance(10);
  end.send(Uint8Array.of(1));
  end.unplug();
  end.send(Uint8Array.of(2));
  await clock.advance(5000);
  end.replug();
  await clock.advance(3000);
  end.send(Uint8Array.of(3));
  t.deepEqual(heard, ['up', '1', 'port/lost', 'up', '3']);
  await source.close();
  end.send(Uint8Array.of(4));
  t.is(heard.length, 5);
  clock.assertIdle();
});

test('the real library loads here, and a device that is nowhere is missing', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const match = {vendorId: 0xfffe, productId: 0xfffe};
  const source = createHidPort({match, driverType: 'hidraw', clock});
  t.throws(() => createHidPort({match, driverType: 'libusb', clock}));
  // Without libusb or libudev on this machine the other reason is the right one.
  const reason = await new Promise<string>(resolve => {
    source.open({onReport: () => {}, onUp: () => {}, onDown: ({code}) => resolve(code)});
  });
  t.true(['port/missing', 'port/hid-library'].includes(reason), reason);
  await source.close();
  clock.assertIdle();
});
