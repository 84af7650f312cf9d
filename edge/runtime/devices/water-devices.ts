import {Cjt188Meter} from '../../../drivers/water-meter/cjt188-meter.js';
import type {WaterMeter} from '../../../drivers/water-meter/contract.js';
import {FlowMeter} from '../../../drivers/water-meter/flow-meter.js';
import {ModbusMeter} from '../../../drivers/water-meter/modbus-meter.js';
import {PulseMeter} from '../../../drivers/water-meter/pulse-meter.js';
import type {WaterValve} from '../../../drivers/water-valve/contract.js';
import {
  HIGH_STATUS_CJT188_MAKER,
  STANDARD_CJT188_MAKER,
  SWAPPED_CJT188_MAKER,
} from '../../../protocols/cjt188/water-meter.js';
import {
  TUF_2000M_FROM_1_PROFILE,
  TUF_2000M_PROFILE,
} from '../../../protocols/profiles/flow-meter-profile.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import {MeterReport} from './meter-report.js';
import type {PlantParts} from './plant-parts.js';
import {RelayWait} from './relay-wait.js';
import type {SiteDevice} from './site-device.js';

const MAKERS = {
  standard: STANDARD_CJT188_MAKER,
  swapped: SWAPPED_CJT188_MAKER,
  highStatus: HIGH_STATUS_CJT188_MAKER,
} as const;

const FLOW_METERS = {
  tuf2000m: TUF_2000M_PROFILE,
  tuf2000mFrom1: TUF_2000M_FROM_1_PROFILE,
} as const;

type MeterWithValve = WaterMeter & {readonly valve: WaterValve};

export function createWaterMeter(config: PlantOf<'water-meter'>, parts: PlantParts): SiteDevice {
  const {id, clock, reports, water} = parts;
  const report = new MeterReport(reports, water);
  const {address: unit, pollMs, mostMlPerMin} = config;
  const meter = new ModbusMeter({
    ...{id, clock, unit, pollMs, mostMlPerMin},
    bus: parts.line().registers,
    listener: report,
    onTrouble: reports.onTrouble,
  });
  water?.join(meter);
  return meterDevice(meter, report);
}

export function createCjt188Meter(config: PlantOf<'cjt188-meter'>, parts: PlantParts): SiteDevice {
  const {id, clock, reports, water} = parts;
  const report = new MeterReport(reports, water);
  const {address, pollMs, mostMlPerMin} = config;
  const meter = new Cjt188Meter({
    ...{id, clock, address, pollMs, mostMlPerMin},
    bus: parts.line().frames,
    maker: MAKERS[config.profile],
    listener: report,
  });
  water?.join(meter);
  return meterDevice(meter, report);
}

export function createFlowMeter(config: PlantOf<'flow-meter'>, parts: PlantParts): SiteDevice {
  const {id, reports} = parts;
  const report = new MeterReport(reports);
  const {address: unit, profile, pollMs, mostMlPerMin} = config;
  const meter = new FlowMeter({
    ...{id, unit, pollMs, mostMlPerMin},
    bus: parts.line().registers,
    profile: FLOW_METERS[profile],
    listener: report,
    onTrouble: reports.onTrouble,
  });
  return {
    get health() {
      return meter.health;
    },
    describe: () => report.describe(),
    close: () => meter.close(),
  };
}

export function createPulseMeter(config: PlantOf<'pulse-meter'>, parts: PlantParts): SiteDevice {
  const {id, clock, reports, plant, water} = parts;
  const report = new MeterReport(reports, water);
  const relays = plant.relays.board(config.relays);
  const wait = new RelayWait(relays);
  const {pulses, litres, openPulseMs, closePulseMs, mostMlPerMin, input} = config;
  const meter = new PulseMeter({
    ...{id, clock, pulses, litres, openPulseMs, closePulseMs, mostMlPerMin},
    // A shower is charged by time then, up to what was set aside.
    runsUncounted: water !== undefined,
    counterBits: plant.counters.bitsOf(config.counters),
    readCount: () => plant.counters.read(config.counters),
    output: {
      pulse: async (order, forMs) => {
        // An order to open that did not leave is void; one to close waits for its board.
        if (order === 'close' && !(await wait.untilReachable())) return 'not_sent';
        return relays.pulse(config.outputs[order], forMs);
      },
    },
    listener: {
      onReading: reading => report.onReading(reading),
      onMeterFault: (fault, isStanding) => report.onMeterFault(fault, isStanding),
      onValve: (state, atMs) => report.onValve(state, atMs),
      onValveFault: (fault, isStanding) => report.onValveFault(fault, isStanding),
      onNoFlow: atMs => report.onNoFlow(atMs),
      // Its boards tell when they are gone.
      onHealth: () => {},
    },
  });
  water?.join(meter);
  plant.counters.listen(config.counters, [input], {
    onTotals: (totals, atMs) => {
      const total = totals.get(input);
      if (total !== undefined) meter.onCount(total, atMs);
    },
    onHealth: health => meter.onCountHealth(health),
  });
  const leave = relays.watch({
    onOutputs: () => {},
    // Without a counter nothing else says that the valve may stand open.
    onHealth: health => {
      if (health !== 'ok') return;
      leave();
      meter.valve.close();
    },
  });
  return meterDevice(meter, report, () => {
    leave();
    wait.close();
  });
}

/**
 * A meter as the site has it. Whatever the daemon did before, its valve is told to close before anything is
 * read: nobody has paid for water yet.
 */
function meterDevice(
  meter: MeterWithValve,
  report: MeterReport,
  onClose: () => void = () => {},
): SiteDevice {
  return {
    get health() {
      return meter.health;
    },
    describe: () => report.describe(),
    start: () => meter.valve.close(),
    actions: {close: () => meter.valve.close()},
    close: () => {
      onClose();
      return meter.close();
    },
  };
}
