import type {DeviceHealth} from '../../../drivers/bus/contract.js';
import {aa55DisplayModel} from '../../../drivers/display/aa55-display.js';
import type {Display, PanelListener} from '../../../drivers/display/contract.js';
import {DwinPanel} from '../../../drivers/display/dwin-panel.js';
import {fkDisplayModel} from '../../../drivers/display/fk-display.js';
import {FrameDisplay} from '../../../drivers/display/frame-display.js';
import {ModbusDisplay} from '../../../drivers/display/modbus-display.js';
import type {SpaceTone} from '../../../drivers/space-counter/contract.js';
import {XunpengCounter} from '../../../drivers/space-counter/xunpeng-counter.js';
import {unreachable} from '../../../protocols/base/errors.js';
import type {DeviceConfig} from '../../config/bus-schema.js';
import type {SiteDeviceConfig} from '../../config/schema.js';
import type {DeviceParts, SiteDevice} from './site-device.js';

const KINDS = ['display', 'fk-display', 'aa55-display', 'dwin-display'] as const;

export type DisplayConfig = Extract<DeviceConfig, {kind: (typeof KINDS)[number]}>;

export function isDisplay(config: SiteDeviceConfig): config is DisplayConfig {
  return KINDS.some(kind => kind === config.kind);
}

export type DisplayParts = Pick<DeviceParts, 'id' | 'clock' | 'line' | 'secretText'> & {
  readonly onTrouble: (code: string, text: string) => void;
};

/** A display of any kind on a line, for whoever shows something on it. */
export function createDisplay(
  config: DisplayConfig,
  {id, clock, line, secretText, onTrouble}: DisplayParts,
  listener: PanelListener,
): Display {
  const {frames: bus, registers} = line();
  const common = {id, bus, clock, listener, onTrouble};
  switch (config.kind) {
    case 'display':
      return new ModbusDisplay({...common, bus: registers, unit: config.address});
    case 'fk-display': {
      const {address, replies, password} = config;
      const own = password && {password: secretText(password, `password of ${id}`)};
      return new FrameDisplay({...common, model: fkDisplayModel({address, replies, ...own})});
    }
    case 'aa55-display':
      return new FrameDisplay({...common, model: aa55DisplayModel({address: config.address})});
    case 'dwin-display': {
      const {first, second, pages, keyAddress, hasCrc} = config;
      const layout = {lines: [first, second] as const, keyAddress, hasCrc, ...(pages && {pages})};
      return new DwinPanel({...common, unit: 'dwin:0', layout});
    }
    default:
      return unreachable(config, 'display kind');
  }
}

/** A display that no collector shows anything on: it is watched, and its keys are journalled. */
export class DisplayDevice implements SiteDevice {
  readonly #display: Display;
  #health: DeviceHealth = 'unknown';

  constructor(config: DisplayConfig, parts: DeviceParts) {
    const {reports} = parts;
    const {onTrouble} = reports;
    this.#display = createDisplay(
      config,
      {...parts, onTrouble},
      {
        onHealth: health => {
          this.#health = health;
          reports.onHealth(health);
        },
        onKey: key => reports.onEvent('key', {key}),
      },
    );
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  describe(): string {
    return '';
  }

  close(): void {
    this.#display.close();
  }
}

/** The board at the road: free bays, as the lot counts them. */
export class SpaceDevice implements SiteDevice {
  readonly #few: number;
  readonly #board: XunpengCounter;
  #health: DeviceHealth = 'unknown';
  #shown: number | undefined;

  constructor(config: Extract<DeviceConfig, {kind: 'space-counter'}>, parts: DeviceParts) {
    const {id, clock, reports} = parts;
    this.#few = config.few;
    this.#board = new XunpengCounter({
      id,
      clock,
      bus: parts.line().frames,
      info: config.address,
      listener: {
        onHealth: health => {
          this.#health = health;
          reports.onHealth(health);
        },
      },
    });
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  describe(): string {
    return this.#shown === undefined ? '' : `${this.#shown} free`;
  }

  onFreeBays(count: number): void {
    if (count === this.#shown) return;
    this.#shown = count;
    this.#board.show({count, tone: this.#toneOf(count)});
  }

  close(): void {
    this.#board.close();
  }

  #toneOf(count: number): SpaceTone {
    if (count === 0) return 'none';
    return count <= this.#few ? 'few' : 'plenty';
  }
}
