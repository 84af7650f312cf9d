import {bad, type Read, readJson, within} from './json.js';
import {type LicenseCodec, type PlateResult, readPlateResult} from './plate-result.js';

/** How one maker's cameras speak MQTT: a new maker is a new value. `{sn}` = serial number. */
export interface PlateTopics {
  /** Recognitions. */
  readonly result: string;
  /** Signs of life; undefined: there are none. */
  readonly keepAlive: string | undefined;
  /** Where in the message the `PlateResult` is. */
  readonly path: readonly string[];
  readonly license: LicenseCodec;
}

/** By maker. Sources: device notes 5.1, S29 and S30. */
export const PLATE_MQTT_MAKERS = {
  vz: {
    result: 'device/{sn}/message/up/ivs_result',
    keepAlive: 'device/{sn}/message/up/keep_alive',
    path: ['payload', 'AlarmInfoPlate', 'result', 'PlateResult'],
    license: 'base64-utf8',
  },
  /** Older firmware of the same maker. `assumed:` the same message. */
  'vz-old': {
    result: '{sn}/device/message/up/ivs_result',
    keepAlive: '{sn}/device/message/up/keep_alive',
    path: ['payload', 'AlarmInfoPlate', 'result', 'PlateResult'],
    license: 'base64-utf8',
  },
  /** `assumed:` path and writing, the source shows the topics alone. */
  sys: {
    result: 'device/{sn}/sys/message/up',
    keepAlive: undefined,
    path: ['payload', 'AlarmInfoPlate', 'result', 'PlateResult'],
    license: 'base64-utf8',
  },
  /** `assumed:` path and writing, the source shows the topics alone. */
  push: {
    result: '/device/push/result',
    keepAlive: undefined,
    path: ['AlarmInfoPlate', 'result', 'PlateResult'],
    license: 'plain',
  },
} as const satisfies Readonly<Record<string, PlateTopics>>;

export type PlateMqttMaker = keyof typeof PLATE_MQTT_MAKERS;

/** A topic of one camera. */
export function topicOf(template: string, serialNo: string): string {
  return template.replace('{sn}', serialNo);
}

/** Read a recognition from a message. @see device notes 5.1, S29 */
export function readPlateMessage(topics: PlateTopics, payload: Uint8Array): Read<PlateResult> {
  const json = readJson(payload);
  if (json.kind === 'bad') return json;
  const result = within(json.value, topics.path);
  if (result === undefined) return bad(topics.path.join('.'), 'is missing');
  return readPlateResult(result, topics.license);
}
