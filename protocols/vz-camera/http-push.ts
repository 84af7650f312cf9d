import {bad, isObject, type Read, readJson, within} from './json.js';
import {type PlateResult, readPlateResult} from './plate-result.js';

/** What a camera posts. */
export type VzPush =
  | {readonly kind: 'plate'; readonly serialNo: string | undefined; readonly result: PlateResult}
  | {readonly kind: 'heartbeat'; readonly serialNo: string | undefined}
  /** Pictures, inputs, serial data: heard and not used. */
  | {readonly kind: 'other'; readonly name: string};

const RESULT_PATH = ['result', 'PlateResult'] as const;
const FORM = /name="([^"\r\n]{1,40})"\s*([^\r\n]{0,80})/g;

/**
 * Read what a camera posted: JSON, or the form of a heartbeat.
 * @see VZ HTTP push protocol, 2.1, 2.2, 2.3, 2.5
 */
export function readVzPush(body: Uint8Array): Read<VzPush> {
  if (isForm(body)) return readForm(body);
  const json = readJson(body);
  if (json.kind === 'bad') return json;
  if (!isObject(json.value)) return bad('body', 'is no object');
  const [name] = Object.keys(json.value);
  if (name === undefined) return bad('body', 'is empty');
  const content = json.value[name];
  const serialNo = textWithin(content, ['serialno']);
  if (name === 'AlarmInfoPlate') {
    const plate = readPlateResult(within(content, RESULT_PATH));
    if (plate.kind === 'bad') return plate;
    return {kind: 'ok', value: {kind: 'plate', serialNo, result: plate.value}};
  }
  if (name === 'heartbeat') return {kind: 'ok', value: {kind: 'heartbeat', serialNo}};
  return {kind: 'ok', value: {kind: 'other', name: name.slice(0, 40)}};
}

function isForm(body: Uint8Array): boolean {
  return body[0] === 0x2d && body[1] === 0x2d;
}

function readForm(body: Uint8Array): Read<VzPush> {
  const text = new TextDecoder('latin1').decode(body.subarray(0, 4096));
  const fields = new Map(
    [...text.matchAll(FORM)].map(([, name = '', value = '']) => [name, value]),
  );
  const serialNo = fields.get('serialno');
  if (serialNo === undefined) return bad('serialno', 'is missing in the form');
  return {kind: 'ok', value: {kind: 'heartbeat', serialNo}};
}

function textWithin(value: unknown, path: readonly string[]): string | undefined {
  const text = within(value, path);
  return typeof text === 'string' ? text.slice(0, 40) : undefined;
}

/** What a camera is told to its recognition. */
export interface VzPushReply {
  /** True pulses the relay of the camera itself for 500 ms: it then works the gate, not we. */
  readonly opens: boolean;
  readonly result: PlateResult | undefined;
}

/**
 * The JSON that a camera wants: without this object it sends the same record for ever. An offline
 * record is acknowledged by its number, and the next one asked for.
 * @see VZ HTTP push protocol, 2.1.2 and 2.6.1; device notes 5.1
 */
export function vzPushReply({opens, result}: VzPushReply): object {
  const plateid = result?.plateId;
  const offline =
    result?.isOffline && plateid !== undefined
      ? {ContinuePushOffline: {plateid, continue: 1}}
      : undefined;
  return {
    Response_AlarmInfoPlate: {
      info: opens ? 'ok' : 'no',
      content: 'retransfer_stop',
      is_pay: 'true',
      channelNum: 0,
      serialData: [],
      ...(plateid === undefined ? undefined : {plateid}),
      ...offline,
    },
  };
}
