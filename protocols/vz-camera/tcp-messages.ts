import {encodeGbk} from '../text/gbk.js';
import {isObject, type Read, readJson, wholeNumber} from './json.js';
import {type PlateResult, readPlateResult} from './plate-result.js';

/** What is asked of a camera. @see device notes 5.1, S27 */
export type VzCommand = 'getsn' | 'subscribe' | 'getivsresult' | 'trigger';

const COMMANDS: Readonly<Record<VzCommand, object>> = {
  getsn: {cmd: 'getsn'},
  /** Results as they come, without pictures. */
  subscribe: {cmd: 'ivsresult', enable: true, format: 'json', image: false, image_type: 0},
  /** The latest result once more: an old one, never an arrival. */
  getivsresult: {cmd: 'getivsresult', image: false, format: 'json'},
  /** Take a picture and recognise it now. */
  trigger: {cmd: 'trigger'},
};

/** Body of a JSON packet with a command. @see device notes 5.1, S27 */
export function encodeVzCommand(command: VzCommand): Uint8Array {
  return encodeGbk(JSON.stringify(COMMANDS[command]));
}

export type VzMessage =
  /** A recognition. One that was asked for has another `cmd` than one that happened. */
  | {readonly kind: 'plate'; readonly result: PlateResult; readonly isPushed: boolean}
  | {readonly kind: 'serial'; readonly serialNo: string}
  /** `stateCode` 200 = done; undefined = the camera does not say. */
  | {readonly kind: 'answer'; readonly command: string; readonly stateCode: number | undefined};

/**
 * Read the body of a JSON packet from a camera. On TCP a recognition has no `plateid`, its `id` counts
 * in its place.
 * @see device notes 5.1, S27
 */
export function readVzMessage(body: Uint8Array): Read<VzMessage> {
  const json = readJson(body);
  if (json.kind === 'bad') return json;
  const {value} = json;
  if (!isObject(value)) return {kind: 'bad', where: 'body', why: 'is no object'};
  const command = typeof value.cmd === 'string' ? value.cmd : '';
  if (value.PlateResult !== undefined) {
    const plate = readPlateResult(value.PlateResult);
    if (plate.kind === 'bad') return plate;
    const plateId = plate.value.plateId ?? wholeNumber(value.id);
    const result = {...plate.value, plateId};
    return {kind: 'ok', value: {kind: 'plate', result, isPushed: command === 'ivs_result'}};
  }
  if (typeof value.value === 'string' && command === 'getsn') {
    return {kind: 'ok', value: {kind: 'serial', serialNo: value.value}};
  }
  const stateCode = wholeNumber(value.state_code);
  return {kind: 'ok', value: {kind: 'answer', command, stateCode}};
}
