import {asId} from '../../../protocols/site/ids.js';
import type {ShowerTariff} from '../../../protocols/site/shower-tariff.js';
import {newShower, type ShowerEffect, type ShowerInput, stepShower} from './shower-machine.js';
import type {Shower, ShowerRow, ShowerRules} from './shower-state.js';

export const RULES: ShowerRules = {
  pauseMs: 300_000,
  firstWaterMs: 10_000,
  noFlowEndMs: 180_000,
  rinseMs: 60_000,
  rinseOfferMs: 60_000,
  resumeMs: 300_000,
  closeGraceMs: 2000,
  leakMs: 10_000,
  leakMl: 200,
  meterLostMs: 60_000,
  estimateFenPerMinute: 180,
  warnPercent: 20,
  warnMs: 30_000,
  capMs: 1_800_000,
  silentPercent: 80,
  storeEveryMs: 10_000,
};
/** 0.20 yuan a litre. */
export const BY_WATER: ShowerTariff = {by: 'water', fenPerLitre: 20};

export function row(change: Partial<ShowerRow> = {}): ShowerRow {
  return {
    ...{
      id: asId('shower-1'),
      stall: asId('S-01'),
      grant: asId('grant-1'),
      holder: asId('holder-1'),
    },
    ...{spends: 'code-1', phase: 'armed', end: null, isService: false, rinse: 'none'},
    ...{budgetFen: 1000, mostMs: 1_800_000, tariff: BY_WATER, meterMl: 5000},
    mostMilliCelsius: null,
    ...{meteredMl: 0, billedMl: 0, rinseMl: 0, freeMl: 0, ranMs: 0, rinseRanMs: 0, estimatedMs: 0},
    ...{quality: 'good', openedWallMs: 0 as never},
    ...change,
  };
}

/** A bather, a meter and a valve that obeys, in front of the machine. Water flows while the valve is open. */
export class ShowerBench {
  shower: Shower;
  nowMs = 0;
  totalMl = 5000;
  isOpen = false;
  isMeterDead = false;
  /** The valve does what it is told. */
  obeys = true;
  flowMlPerS = 150;
  readonly effects: ShowerEffect[] = [];

  constructor(change: Partial<ShowerRow> = {}) {
    this.shower = newShower(row(change), 0);
    if (this.phase !== 'resumable') this.feed({kind: 'begin'});
  }

  get phase() {
    return this.shower.row.phase;
  }

  kinds(kind: ShowerEffect['kind']): readonly ShowerEffect[] {
    return this.effects.filter(effect => effect.kind === kind);
  }

  feed(input: ShowerInput): void {
    const {shower, effects} = stepShower(this.shower, input, this.nowMs, RULES);
    this.shower = shower;
    this.effects.push(...effects);
    for (const effect of effects) {
      if (effect.kind === 'open' && this.obeys) this.isOpen = true;
      if (effect.kind === 'shut' && this.obeys) this.isOpen = false;
    }
  }

  key(key: 'confirm' | 'stop'): void {
    this.feed({kind: 'key', key});
  }

  /** Second by second: water, valve, meter, and the machine's own time. */
  run(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.nowMs += 1000;
      if (this.isOpen) this.totalMl += this.flowMlPerS;
      if (!this.isMeterDead) {
        const said = {totalMl: this.totalMl, flowMlPerMin: this.isOpen ? this.flowMlPerS * 60 : 0};
        this.feed({kind: 'reading', said: {...said, quality: 'good'}});
      }
      this.feed({kind: 'valve', valve: this.isOpen ? 'open' : 'shut'});
      this.feed({kind: 'due'});
    }
  }
}
