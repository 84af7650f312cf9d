import type {Clock, Millis} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import {noticesHash} from '../../protocols/site/notice.js';
import type {SyncLog} from '../log.js';
import type {Downlink} from './downlink.js';
import {Errands} from './errands.js';
import type {GatewaySessions} from './gateway-sessions.js';
import type {NoticeTable} from './places/notice-table.js';
import type {CloudStore} from './store/cloud-store.js';

export interface NoticeSyncOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly notices: NoticeTable;
  readonly sessions: GatewaySessions;
  readonly downlink: Downlink;
}

type Report = UpMessages['notice'];

interface Known {
  readonly sid: string;
  /** What the gateway said last that it holds. */
  readonly held: string;
  /** Not asked again before then. */
  readonly restUntilMs: Millis;
}

/** What was sent is not sent again before the gateway answered, or this has passed. */
const IN_FLIGHT_MS: Millis = 10 * SECOND_MS;
/** Another worker may have stopped between its commit and its word to the gateway. */
const LOOK_AGAIN_MS: Millis = 5 * MINUTE_MS;

/**
 * Brings each gateway the notices of its lot. A gateway says what it holds at each connection and after each
 * list; one that never said so does not know the message. @see requirements P29
 */
export class NoticeSync {
  readonly #options: NoticeSyncOptions;
  readonly #known = new Map<string, Known>();
  readonly #errands: Errands<{readonly report?: Report}>;

  constructor(options: NoticeSyncOptions) {
    this.#options = options;
    this.#errands = new Errands({
      merge: (earlier, later) => ({...earlier, ...later}),
      run: (gateway, order) => this.#run(gateway, order),
      onError: (gateway, error) => {
        // The gateway's next heartbeat starts it again.
        options.log.warn('notice.not_sent', {gateway, why: errorText(error)});
      },
    });
  }

  onReport(gateway: string, report: Report): void {
    this.#errands.add(gateway, {report});
  }

  onHeartbeat(gateway: string): void {
    const {clock, sessions} = this.#options;
    const known = this.#known.get(gateway);
    const isItself = known !== undefined && known.sid === sessions.online(gateway)?.sid;
    if (isItself && clock.nowMs() >= known.restUntilMs) this.#errands.add(gateway, {});
  }

  /** There are others now. */
  push(gateway: string): void {
    this.#errands.add(gateway, {});
  }

  /** Settles when nothing is being sent any more. */
  close(): Promise<void> {
    return this.#errands.close();
  }

  async #run(gateway: string, {report}: {readonly report?: Report}): Promise<void> {
    const {clock, store, notices, sessions, downlink} = this.#options;
    const session = sessions.online(gateway);
    if (!session) return;
    const {sid} = session;
    const before = this.#known.get(gateway);
    const held = report?.held ?? (before?.sid === sid ? before.held : undefined);
    const live = await store.read(db => notices.liveFor(db, gateway, clock.wallMs()));
    const isThere = held === noticesHash(live);
    if (held !== undefined) {
      const restMs = isThere ? LOOK_AGAIN_MS : IN_FLIGHT_MS;
      this.#known.set(gateway, {sid, held, restUntilMs: clock.nowMs() + restMs});
    }
    // On several workers the one that is told of a new notice may not be the one that the gateway told.
    if (!isThere) downlink.send(gateway, 'notice', {sid, notices: [...live]});
  }
}
