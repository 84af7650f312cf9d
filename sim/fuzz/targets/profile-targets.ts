import {fromHex} from '../../../protocols/base/bytes.js';
import {VS133_MODEL, VS350_MODEL, WS101_MODEL} from '../../../protocols/milesight/channels.js';
import {decodeUplink} from '../../../protocols/milesight/tlv.js';
import {MILESIGHT_VECTORS} from '../../../protocols/milesight/vectors.js';
import {decodeDispenserRegisters} from '../../../protocols/profiles/card-dispenser-profile.js';
import {
  ADAM_4150,
  decodeCounters,
  encodeCounters,
  MOXA_R1210,
} from '../../../protocols/profiles/counting-inputs-profile.js';
import {decodeScreen, encodeScreen} from '../../../protocols/profiles/display-profile.js';
import {decodeButtonRegisters} from '../../../protocols/profiles/emergency-button-profile.js';
import {
  decodeFlowMeter,
  encodeFlowMeter,
  TUF_2000M_PROFILE,
} from '../../../protocols/profiles/flow-meter-profile.js';
import {decodePadRegisters, decodePadState} from '../../../protocols/profiles/keypad-profile.js';
import {
  decodeLockRegisters,
  lockIdentityText,
} from '../../../protocols/profiles/parking-lock-profile.js';
import {
  decodeTemperature,
  REFERENCE_TEMPERATURE_PROFILE,
  URM_TEMPERATURE_PROFILE,
} from '../../../protocols/profiles/temperature-profile.js';
import {
  decodeDistance,
  URM13_PROFILE,
  URM14_PROFILE,
} from '../../../protocols/profiles/ultrasonic-profile.js';
import {
  decodeFloat,
  decodeFlowRegisters,
  decodeMeterRegisters,
  encodeMeterRegisters,
} from '../../../protocols/profiles/water-meter-profile.js';
import {bytesOfWords, type FuzzTarget, wordsOf} from '../target.js';

type Words = readonly number[];

/** A decoder of register words, fed with whatever a sound frame may carry. */
function words(
  place: `${string}.ts ${string}`,
  seeds: readonly Words[],
  run: (words: Words) => unknown,
): FuzzTarget {
  const [file = '', name = ''] = place.split(' ');
  return {
    name: `${file.slice(0, -'-profile.ts'.length)} ${name}`,
    covers: [`protocols/profiles/${place}`],
    seeds: seeds.map(bytesOfWords),
    run: bytes => run(wordsOf(bytes)),
  };
}

const METER = encodeMeterRegisters({
  totalMl: 12_345_000,
  flowMlPerMin: 9000,
  pipeEmpty: false,
  remainingMl: 60_000,
  batteryMv: 3600,
  lowBattery: false,
  valve: 'open',
});
const FLOW = encodeFlowMeter(
  {totalMl: 12_345_678, flowMlPerMin: 9000, signalPercent: 90},
  TUF_2000M_PROFILE,
);
const PAD = Array.from({length: 40}, (_, index) => index);

const PROFILES: readonly FuzzTarget[] = [
  words('parking-lock-profile.ts decodeLockRegisters', [[2, 1, 1250, 0, 42, 0]], decode =>
    decodeLockRegisters(decode),
  ),
  words('parking-lock-profile.ts lockIdentityText', [[1, 0x0102]], decode =>
    lockIdentityText(decode),
  ),
  words(
    'display-profile.ts decodeScreen',
    [encodeScreen({tone: 'good', lines: ['开', 'A-12']})],
    decodeScreen,
  ),
  words('emergency-button-profile.ts decodeButtonRegisters', [[1, 3, 0]], decodeButtonRegisters),
  words('keypad-profile.ts decodePadRegisters', [PAD], decodePadRegisters),
  words('keypad-profile.ts decodePadState', [PAD.slice(0, 2)], decodePadState),
  words(
    'card-dispenser-profile.ts decodeDispenserRegisters',
    [[1, 80, 4, 4, 3, 0]],
    decodeDispenserRegisters,
  ),
  words(
    'counting-inputs-profile.ts decodeCounters',
    [encodeCounters([1, 65_536, 4_294_967_295], ADAM_4150)],
    decode => [decodeCounters(decode, ADAM_4150), decodeCounters(decode, MOXA_R1210)],
  ),
  words('temperature-profile.ts decodeTemperature', [[235], [0x8000]], decode => [
    decodeTemperature(decode, REFERENCE_TEMPERATURE_PROFILE),
    decodeTemperature(decode, URM_TEMPERATURE_PROFILE),
  ]),
  words('ultrasonic-profile.ts decodeDistance', [[1234], [0xffff]], decode => [
    decodeDistance(decode, URM14_PROFILE),
    decodeDistance(decode, URM13_PROFILE),
  ]),
  words('water-meter-profile.ts decodeFlowRegisters', [METER], decode =>
    decodeFlowRegisters(decode),
  ),
  words('water-meter-profile.ts decodeMeterRegisters', [METER], decode =>
    decodeMeterRegisters(decode),
  ),
  words('flow-meter-profile.ts decodeFlowMeter', [FLOW], decode =>
    decodeFlowMeter(decode, TUF_2000M_PROFILE),
  ),
  words('water-meter-profile.ts decodeFloat', [[0x1e85, 0x0b3f]], ([first = 0, second = 0]) =>
    decodeFloat([first, second], 'little'),
  ),
];

const MILESIGHT = MILESIGHT_VECTORS.map(({payload}) => fromHex(payload));

/** Registers of Modbus units, and uplinks of counters, behind the checks of their frames. */
export const PROFILE_TARGETS: readonly FuzzTarget[] = [
  ...PROFILES,
  ...[VS133_MODEL, VS350_MODEL, WS101_MODEL].map(model => ({
    name: `milesight decodeUplink ${model.name}`,
    covers: ['protocols/milesight/tlv.ts decodeUplink'],
    seeds: MILESIGHT,
    run: (payload: Uint8Array) => decodeUplink(payload, model),
  })),
];
