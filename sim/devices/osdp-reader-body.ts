import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {
  BuzzerControl,
  LedControl,
  OsdpCommand,
  OutputControl,
  TextPlace,
} from '../../protocols/osdp/commands.js';
import {type KeypadKey, keyByte} from '../../protocols/osdp/keys.js';
import {
  type Capability,
  FEATURES,
  type Identity,
  NAK,
  type OsdpReply,
  type RawCard,
} from '../../protocols/osdp/replies.js';

/** More news than this nobody has fetched for minutes: the oldest goes. */
const MOST_NEWS = 32;

/** Inputs, outputs, lights and so on of the reader of the recorded session. */
export const REFERENCE_CAPABILITIES: readonly Capability[] = [
  {feature: FEATURES.inputs, compliance: 1, items: 4},
  {feature: FEATURES.outputs, compliance: 1, items: 2},
  {feature: FEATURES.cardFormat, compliance: 1, items: 0},
  {feature: FEATURES.led, compliance: 1, items: 1},
  {feature: FEATURES.buzzer, compliance: 1, items: 1},
  {feature: FEATURES.text, compliance: 2, items: 1},
  {feature: FEATURES.checkCharacter, compliance: 1, items: 0},
  {feature: FEATURES.security, compliance: 1, items: 0},
  // 256 bytes, low byte first.
  {feature: FEATURES.receiveSize, compliance: 0, items: 1},
  {feature: FEATURES.version, compliance: 2, items: 0},
];

export const REFERENCE_IDENTITY: Identity = {
  ...{vendor: 0x0abbcc, model: 0x99, version: 1, serial: 0x01020304},
  ...{firmwareMajor: 1, firmwareMinor: 2, firmwareBuild: 3},
};

interface OutputState {
  readonly isOn: boolean;
  /** The other state until then. */
  readonly timedUntilMs: Millis;
}

export interface BodyOptions {
  readonly clock: Clock;
  readonly identity: Identity;
  readonly capabilities: readonly Capability[];
}

/** What a reader is apart from its protocol: card field, keypad, contacts, lights, sounder, text. */
export class OsdpReaderBody {
  /** Everything taken, oldest first. */
  readonly texts: {readonly place: TextPlace; readonly text: string}[] = [];
  readonly buzzes: BuzzerControl[] = [];
  readonly leds = new Map<number, LedControl>();
  readonly #options: BodyOptions;
  readonly #inputs: number[];
  readonly #outputs: OutputState[];
  #news: OsdpReply[] = [];
  #isTampered = false;
  #isPowerBad = false;

  constructor(options: BodyOptions) {
    this.#options = options;
    this.#inputs = Array.from({length: this.#items(FEATURES.inputs)}, () => 0);
    this.#outputs = Array.from({length: this.#items(FEATURES.outputs)}, () => ({
      isOn: false,
      timedUntilMs: Number.NEGATIVE_INFINITY,
    }));
  }

  /** News that nobody has fetched yet. */
  get waiting(): number {
    return this.#news.length;
  }

  /** Text that stands in a row, from 1. */
  row(row: number): string | undefined {
    return this.texts.findLast(({place}) => place.row === row)?.text;
  }

  output(no: number): boolean {
    const output = this.#outputs[no];
    if (!output) return false;
    return this.#options.clock.nowMs() < output.timedUntilMs ? !output.isOn : output.isOn;
  }

  presentCard(card: RawCard): void {
    this.#tell({kind: 'raw', card});
  }

  pressKeys(keys: readonly KeypadKey[]): void {
    this.#tell({kind: 'keypad', reader: 0, keys: keys.map(keyByte)});
  }

  setInput(no: number, value: number): void {
    this.#inputs[no] = value;
    this.#tell(this.#inputReport());
  }

  tamper(isTampered: boolean): void {
    this.#isTampered = isTampered;
    this.#tell(this.#localReport());
  }

  failPower(isPowerBad: boolean): void {
    this.#isPowerBad = isPowerBad;
    this.#tell(this.#localReport());
  }

  /** Do what a command says; session and keys are not the body's business. */
  serve(command: OsdpCommand): OsdpReply {
    switch (command.kind) {
      case 'poll':
        return this.#news.shift() ?? {kind: 'ack'};
      case 'id':
        return {kind: 'pdid', identity: this.#options.identity};
      case 'cap':
        return {kind: 'pdcap', capabilities: this.#options.capabilities};
      case 'lstat':
        return this.#localReport();
      case 'istat':
        return this.#inputReport();
      case 'ostat':
        return this.#outputReport();
      case 'rstat':
        return {kind: 'rstatr', points: [0]};
      case 'out':
        return this.#switch(command.outputs);
      case 'led':
        for (const led of command.leds) this.leds.set(led.led, led);
        return this.#isAble(FEATURES.led);
      case 'buz':
        this.buzzes.push(command.buzzer);
        return this.#isAble(FEATURES.buzzer);
      case 'text':
        this.texts.push({place: command.place, text: command.text});
        return this.#isAble(FEATURES.text);
      case 'acurxsize':
        return {kind: 'ack'};
      case 'comset':
      case 'keyset':
      case 'chlng':
      case 'scrypt':
        return {kind: 'nak', reason: NAK.unknown};
    }
  }

  #switch(controls: readonly OutputControl[]): OsdpReply {
    if (controls.some(({output}) => output >= this.#outputs.length)) {
      return {kind: 'nak', reason: NAK.record};
    }
    const nowMs = this.#options.clock.nowMs();
    for (const {output, control, time100ms} of controls) {
      const before = this.#outputs[output];
      if (!before || control === 0) continue;
      const isTimed = control === 5 || control === 6;
      const isKept = control === 3 || control === 4;
      const isOn = control === 2 || control === 4 || control === 6;
      const stopMs = isKept ? before.timedUntilMs : Number.NEGATIVE_INFINITY;
      this.#outputs[output] = {isOn, timedUntilMs: isTimed ? nowMs + time100ms * 100 : stopMs};
    }
    return {kind: 'ack'};
  }

  #isAble(feature: number): OsdpReply {
    const isAble = this.#options.capabilities.some(entry => entry.feature === feature);
    return isAble ? {kind: 'ack'} : {kind: 'nak', reason: NAK.unknown};
  }

  #inputReport(): OsdpReply {
    return {kind: 'istatr', points: [...this.#inputs]};
  }

  #outputReport(): OsdpReply {
    return {kind: 'ostatr', points: this.#outputs.map((_, no) => Number(this.output(no)))};
  }

  #localReport(): OsdpReply {
    const status = {tamper: Number(this.#isTampered), power: Number(this.#isPowerBad)};
    return {kind: 'lstatr', status};
  }

  #items(feature: number): number {
    return this.#options.capabilities.find(entry => entry.feature === feature)?.items ?? 0;
  }

  #tell(reply: OsdpReply): void {
    this.#news = [...this.#news, reply].slice(-MOST_NEWS);
  }
}
