import type {DeviceHealth} from '../../drivers/bus/contract.js';
import type {Clock, UnixMillis} from '../../protocols/base/clock.js';
import {asId, type DeviceId, type PersonId} from '../../protocols/site/ids.js';
import type {SiteConfig} from '../config/schema.js';
import type {
  BoardAlive,
  CallActor,
  CallAnswer,
  CallDesk,
  CallLogRow,
  CallRequest,
  CallView,
  ResponseReport,
} from '../domain/calls/call-view.js';
import {drawCalls} from '../domain/calls/draw-calls.js';
import {csvOf, reportOf} from '../domain/calls/response-report.js';
import type {AlarmActionResult, LotInput} from '../domain/lot/contract.js';
import type {LotState} from '../domain/lot/lot-state.js';
import type {OrderDesk} from './order-desk.js';

export interface SiteCallsOptions {
  readonly clock: Pick<Clock, 'nowMs' | 'wallMs'>;
  readonly desk: OrderDesk;
  readonly site: {
    readonly lot: LotState;
    /** Undefined: the site has no cloud. */
    readonly isLinkUp: boolean | undefined;
    onChange(listener: () => void): () => void;
  };
  readonly dispatch: (input: LotInput) => void;
  readonly config: SiteConfig;
  readonly store: {
    readonly callLog: {
      read(fromWallMs: UnixMillis, after: number, limit: number): readonly CallLogRow[];
    };
    readonly outbox: {head(): number; acked(): number};
  };
  readonly healthOf: (device: DeviceId) => DeviceHealth | undefined;
}

const ACTIONS = {acknowledge: 'acknowledge', attend: 'onsite', end: 'close'} as const;
/** Rows read at once while a report is made. */
const SLICE_ROWS = 1000;
/** A table that no spreadsheet opens helps nobody. */
const MOST_ROWS = 100_000;

/** The board's side of the calls of a site. */
export class SiteCalls implements CallDesk {
  readonly #options: SiteCallsOptions;
  /** Number of the newest event when a test of the way was first seen to run. */
  #pathHead: number | undefined;

  constructor(options: SiteCallsOptions) {
    this.#options = options;
  }

  view(seesPersons: boolean): CallView {
    const {clock, config, healthOf, site} = this.#options;
    const [nowMs, nowWallMs] = [clock.nowMs(), clock.wallMs()];
    const local = config.calls?.local?.device;
    const health = local === undefined ? undefined : healthOf(asId(local));
    return drawCalls(site.lot, {
      ...{nowMs, nowWallMs, seesPersons},
      cloud: escalationOf(site.isLinkUp),
      local: health === 'ok' ? 'available' : 'unavailable',
      hasSounder: config.devices.some(({kind}) => kind === 'siren'),
    });
  }

  /** Each second: a test of the way has reached the cloud once everything up to it was confirmed. */
  look(): void {
    const {dispatch, site, store} = this.#options;
    const {path} = site.lot.care;
    if (!path?.missing.includes('cloud')) {
      this.#pathHead = undefined;
      return;
    }
    this.#pathHead ??= store.outbox.head();
    if (store.outbox.acked() >= this.#pathHead) dispatch({kind: 'cloudHas', call: path.call});
  }

  async request(by: CallActor, request: CallRequest): Promise<CallAnswer> {
    const {desk, site} = this.#options;
    if (request.kind !== 'acknowledge' && request.kind !== 'attend' && request.kind !== 'end') {
      return desk.care(by, request);
    }
    const before = site.lot.alarms.get(request.call);
    const known = before && {
      takenBy: before.ackedBy,
      isReminded: (before.call?.reminders ?? 0) > 0,
    };
    const {person} = by;
    // One who taps again hears what he heard before.
    if (request.kind === 'acknowledge' && known?.takenBy === person && !known.isReminded) {
      return {kind: 'done'};
    }
    const isEnd = request.kind === 'end';
    const result = await desk.alarm({
      ...{alarm: request.call, action: ACTIONS[request.kind], person, by, isTap: true},
      reason: isEnd ? request.reason : '',
      ...(isEnd && {falseCall: request.falseCall}),
    });
    return answerOf(result, request, site.lot.alarms.get(request.call)?.ackedBy ?? null);
  }

  alive(board: BoardAlive): void {
    this.#options.dispatch({kind: 'boardAlive', ...board});
  }

  log(fromWallMs: UnixMillis, after: number, limit: number): readonly CallLogRow[] {
    return this.#options.store.callLog.read(fromWallMs, after, limit);
  }

  csv(fromWallMs: UnixMillis, toWallMs: UnixMillis): string {
    return csvOf(this.#rows(fromWallMs).filter(({wallMs}) => wallMs < toWallMs));
  }

  report(fromWallMs: UnixMillis, toWallMs: UnixMillis): ResponseReport {
    return reportOf(this.#rows(fromWallMs), fromWallMs, toWallMs);
  }

  onChange(listener: () => void): () => void {
    return this.#options.site.onChange(listener);
  }

  #rows(fromWallMs: UnixMillis): readonly CallLogRow[] {
    const rows: CallLogRow[] = [];
    for (let after = 0; rows.length < MOST_ROWS; ) {
      const slice = this.#options.store.callLog.read(fromWallMs, after, SLICE_ROWS);
      rows.push(...slice);
      const last = slice.at(-1);
      if (!last || slice.length < SLICE_ROWS) break;
      after = last.seq;
    }
    return rows;
  }
}

function answerOf(
  result: AlarmActionResult,
  {kind}: CallRequest,
  takenBy: PersonId | null,
): CallAnswer {
  switch (result) {
    case 'done':
      return {kind: 'done'};
    case 'UNKNOWN_ALARM':
      return {kind: 'refused', why: 'UNKNOWN_CALL'};
    case 'WRONG_STATE':
      return kind === 'acknowledge' && takenBy !== null
        ? {kind: 'refused', why: 'TAKEN', by: takenBy}
        : {kind: 'refused', why: 'WRONG_STATE'};
    default:
      return {kind: 'refused', why: result};
  }
}

/** Without a connection the board says plainly that nobody else will be told. */
function escalationOf(isLinkUp: boolean | undefined): 'available' | 'unavailable' | 'none' {
  if (isLinkUp === undefined) return 'none';
  return isLinkUp ? 'available' : 'unavailable';
}
