import test from 'ava';
import fc from 'fast-check';
import {fromHex, toHex} from '../base/bytes.js';
import {COIL_OFF, COIL_ON, encodeRequestPdu, type ModbusRequest} from '../modbus/pdu.js';
import {encodeFrame} from '../modbus/rtu-frame.js';
import {
  relayCoil,
  relayOutputsRead,
  relayPulseWrite,
  WAVESHARE_IO_8CH,
  WAVESHARE_RELAY_8CH,
} from './relay-board-profile.js';

const writeCoil = (address = -1, value: number): ModbusRequest => ({
  kind: 'writeOne',
  functionCode: 5,
  address,
  value,
});
const relay = relayCoil(0, WAVESHARE_RELAY_8CH);
const pulse = relayPulseWrite(0, 700, WAVESHARE_RELAY_8CH);

/** Source: devices.md 3.5, frames of [S18] with their CRC re-computed. */
const GOLDEN: readonly (readonly [string, ModbusRequest, string])[] = [
  ['relay 1 on', writeCoil(relay, COIL_ON), '01050000ff008c3a'],
  ['relay 1 off', writeCoil(relay, COIL_OFF), '010500000000cdca'],
  ['relay 1 for 700 ms', writeCoil(pulse?.address, pulse?.word ?? 0), '0105020000078db0'],
  [
    'read the relays',
    {kind: 'read', functionCode: 1, ...relayOutputsRead(WAVESHARE_RELAY_8CH)},
    '0101000000083dcc',
  ],
  [
    'read the inputs',
    {kind: 'read', functionCode: 2, address: 0, quantity: WAVESHARE_RELAY_8CH.inputs},
    '01020000000879cc',
  ],
];

for (const [name, request, hex] of GOLDEN) {
  test(`${name}: the frame is the one of the maker's manual`, t => {
    t.is(toHex(encodeFrame(1, encodeRequestPdu(request))), hex);
    t.deepEqual(fromHex(hex).length, 8);
  });
}

test('a pulse is never shorter than asked for, and its word never means something else', t => {
  const property = fc.property(
    fc.integer({min: -5, max: 9}),
    fc.integer({min: -200, max: 4_000_000}),
    (output, pulseMs) => {
      const write = relayPulseWrite(output, pulseMs, WAVESHARE_RELAY_8CH);
      if (!write) return !(output >= 0 && output < 8 && pulseMs > 0 && pulseMs <= 0x7fff * 100);
      return (
        write.address === 0x200 + output &&
        write.word >= 1 &&
        write.word <= 0x7fff &&
        write.word * 100 >= pulseMs
      );
    },
  );
  t.notThrows(() => fc.assert(property));
});

test('what a board cannot do has no frame', t => {
  t.is(relayCoil(8, WAVESHARE_RELAY_8CH), undefined);
  t.is(relayCoil(0.5, WAVESHARE_RELAY_8CH), undefined);
  t.is(relayPulseWrite(0, 500, WAVESHARE_IO_8CH), undefined);
  t.deepEqual(WAVESHARE_IO_8CH.modes, {firstRegister: 0x1000, normal: 0});
});
