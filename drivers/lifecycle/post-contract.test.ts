import {asId, type CardUid, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {Dwin} from '../../sim/devices/dwin.js';
import {Fingerprint} from '../../sim/devices/fingerprint.js';
import {FkDisplay} from '../../sim/devices/fk-display.js';
import {Keypad} from '../../sim/devices/keypad.js';
import {OsdpReader} from '../../sim/devices/osdp-reader.js';
import {Pn532} from '../../sim/devices/pn532.js';
import {SpaceCounter} from '../../sim/devices/space-counter.js';
import {keepContract, makeLine} from '../../sim/scenarios/driver-laws.js';
import type {Display} from '../display/contract.js';
import {DwinPanel} from '../display/dwin-panel.js';
import {fkDisplayModel} from '../display/fk-display.js';
import {FrameDisplay} from '../display/frame-display.js';
import {ZfmSensor} from '../fingerprint/zfm-sensor.js';
import {ModbusKeypad} from '../keypad/modbus-keypad.js';
import {OsdpUnit} from '../osdp/osdp-unit.js';
import {Pn532Reader} from '../pn532/pn532-reader.js';
import {XunpengCounter} from '../space-counter/xunpeng-counter.js';

const UNIT = 7;
const id = asId<DeviceId>('X-1');
const nothing = () => {};

/** A twin that is cut by a flag of its own. */
function plug(twin: {isUnplugged: boolean}) {
  return {
    cut: () => {
      twin.isUnplugged = true;
    },
    mend: () => {
      twin.isUnplugged = false;
    },
  };
}

function screenUse(display: Display) {
  return {
    use: (no: number) => display.show({lines: [`A-${no}`, '请停车'], tone: 'good'}),
    close: () => display.close(),
  };
}

// An AA55 display answers nothing: it has no health to be told.
keepContract({
  'display FK': rig => {
    const {clock, onHealth} = rig;
    const {wire, line, noise} = makeLine(rig);
    const twin = new FkDisplay({address: 0});
    wire.attach(twin);
    const model = fkDisplayModel({address: 0});
    const display = new FrameDisplay({id, bus: line, clock, model, listener: {onHealth}});
    return {...plug(twin), ...screenUse(display), noise, proof: () => twin.line(0)?.text};
  },

  'display DWIN': rig => {
    const {clock, onHealth} = rig;
    const {wire, line, noise} = makeLine(rig);
    const twin = new Dwin({unit: 'dwin:1', hasCrc: true});
    wire.attach(twin);
    const panel = new DwinPanel({
      ...{id, bus: line, clock, unit: 'dwin:1'},
      layout: {
        lines: [
          {address: 0x1000, longestBytes: 32},
          {address: 0x1100, longestBytes: 32},
        ],
        ...{keyAddress: 0x2001, hasCrc: true},
      },
      listener: {onHealth, onKey: nothing},
    });
    return {...plug(twin), ...screenUse(panel), noise, proof: () => twin.text(0x1000)};
  },

  'space-counter': rig => {
    const {clock, onHealth} = rig;
    const {wire, line, noise} = makeLine(rig);
    const twin = new SpaceCounter();
    wire.attach(twin);
    const counter = new XunpengCounter({id, bus: line, clock, listener: {onHealth}});
    // The number is its own proof of life: before the first there is none.
    counter.show({count: 900, tone: 'plenty'});
    return {
      ...plug(twin),
      noise,
      use: no => counter.show({count: no, tone: 'few'}),
      proof: () => twin.shown?.count,
      close: () => counter.close(),
    };
  },

  keypad: rig => {
    const {clock, onHealth, later} = rig;
    const {wire, bus, noise} = makeLine(rig);
    const twin = new Keypad({clock, unit: UNIT});
    wire.attach(twin);
    later.push(() => twin.close());
    let keys = 0;
    const listener = {
      onKey: () => {
        keys += 1;
      },
      ...{onHeld: nothing, onKeysLost: nothing, onHealth},
    };
    const keypad = new ModbusKeypad({id, bus, clock: rig.clock, unit: UNIT, listener});
    return {
      ...plug(twin),
      noise,
      use: no => twin.type(String(no)),
      proof: () => keys,
      close: () => keypad.close(),
    };
  },

  osdp: rig => {
    const {clock, onHealth} = rig;
    const {wire, line, noise} = makeLine(rig);
    const entropy = new SeededEntropy(5);
    const key = new Uint8Array(16).fill(7);
    const twin = new OsdpReader({clock, entropy, address: 5, key});
    wire.attach(twin);
    let seen = 0;
    const random = (length: number) => entropy.bytes(length);
    const reader = new OsdpUnit({id, bus: line, clock, random, address: 5, keys: [key]});
    reader.listen({
      onCard: () => {
        seen += 1;
      },
      onHealth,
    });
    return {
      cut: () => twin.ail({isSilent: true}),
      mend: () => twin.ail({isSilent: false}),
      noise,
      // What it is shown in its first moment may be from before, and does not count; whoever is not
      // heard shows the card again.
      use: no => {
        for (const afterMs of [1500, 4500]) {
          const show = () => twin.presentCard(32, Uint8Array.of(4, 5, 6, no));
          clock.timer('hand', afterMs, show);
        }
      },
      proof: () => seen,
      close: () => reader.close(),
    };
  },

  pn532: rig => {
    const {clock, onHealth} = rig;
    const {wire, line, noise} = makeLine(rig);
    const twin = new Pn532();
    wire.attach(twin);
    let seen = 0;
    const listener = {
      onCard: () => {
        seen += 1;
      },
      ...{onReadError: nothing, onCardGone: nothing},
      onLink: (up: boolean) => onHealth(up ? 'ok' : 'offline'),
    };
    const reader = new Pn532Reader({id, bus: line, clock, listener});
    return {
      ...plug(twin),
      noise,
      use: no => {
        twin.present({uid: asId<CardUid>(`0478210${no}`)});
        clock.timer('hand', 4000, () => twin.remove());
      },
      proof: () => seen,
      close: () => reader.close(),
    };
  },

  fingerprint: rig => {
    const {clock, onHealth} = rig;
    const {wire, line, noise} = makeLine(rig);
    const twin = new Fingerprint({clock, password: 7});
    wire.attach(twin);
    let removed = 0;
    const listener = {onHealth, onPrompt: nothing, onFault: nothing};
    const sensor = new ZfmSensor({id, bus: line, clock, password: 7, listener});
    return {
      ...plug(twin),
      noise,
      use: no => {
        // It says how big its library is after its first word.
        clock.timer('hand', 1500, () => {
          void sensor.remove([no]).then(outcome => {
            if (outcome.kind === 'removed') removed += 1;
          });
        });
      },
      proof: () => removed,
      close: () => sensor.close(),
    };
  },
});
