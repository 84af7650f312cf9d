import type {SiteEventBodies} from '../../protocols/site/events.js';
import type {DecisionRig} from '../scenarios/decision-rig.js';
import type {LeaseBay} from './lease-bay.js';

type Stay = SiteEventBodies['session'];

/** What may never be, counted and told in words. */
export class LeaseLaws {
  passed = 0;
  readonly findings: string[] = [];
  readonly stays = {opened: 0, closed: 0, overtime: 0};
  readonly #bays: ReadonlyMap<string, LeaseBay>;
  readonly #open = new Map<string, Stay>();
  #seq = 0;

  constructor(bays: ReadonlyMap<string, LeaseBay>) {
    this.#bays = bays;
  }

  check(isKept: boolean, what: string): void {
    if (isKept) this.passed += 1;
    else this.findings.push(what);
  }

  /** Stays that are not closed. */
  get open(): readonly Stay[] {
    return [...this.#open.values()];
  }

  /** What the gateway journalled since the last look. */
  look(rig: DecisionRig): void {
    const from = this.#seq + 1;
    this.#seq = rig.store.outbox.head();
    for (const {body} of rig.told('session', from)) this.#note(body);
  }

  #note(stay: Stay): void {
    const known = this.#open.get(stay.session);
    if (!known && stay.phase === 'open_wait_car') this.#begins(stay);
    if (stay.phase === 'overtime') this.stays.overtime += 1;
    if (stay.phase !== 'closed') {
      this.#open.set(stay.session, stay);
      return;
    }
    this.stays.closed += 1;
    this.check(known !== undefined, `${stay.session} ended twice, or never began`);
    this.#open.delete(stay.session);
  }

  #begins(stay: Stay): void {
    this.stays.opened += 1;
    const others = this.open.filter(({bay}) => bay === stay.bay);
    this.check(others.length === 0, `${stay.bay}: ${stay.grant} beside ${others[0]?.grant}`);
    const car = this.#bays.get(stay.bay)?.car;
    const isStranger = car !== undefined && stay.grant !== null && !stay.grant.endsWith(`-${car}`);
    this.check(!isStranger, `${stay.bay}: opened for ${stay.grant} under the car of ${car}`);
  }
}
