import type {Clock, Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {errorText, StoreError} from '../../../protocols/base/errors.js';
import {DAY_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {SiteZone} from '../../../protocols/site/zone.js';
import type {SyncLog} from '../../log.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteRow, SiteTable} from '../tenancy/site-table.js';
import type {CallDesk} from './call-desk.js';
import type {ContactTable} from './contact-table.js';
import type {TestRow, TestTable} from './test-table.js';

export interface NoticeTestsOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly sites: SiteTable;
  readonly contacts: ContactTable;
  readonly tests: TestTable;
  readonly desk: CallDesk;
  readonly changes: ChangeFeed;
}

/** So long the test contacts have to answer. */
const ANSWER_WITHIN_MS: Millis = 30 * MINUTE_MS;
/** A test that came the whole way, from a button, is younger than this. @see ecosystem.md 2.2, EC-14 */
const PATH_EVERY_MS: Millis = 3 * DAY_MS;
const AT_ONCE = 50;

/**
 * Proves each day that notices of a site arrive: every test contact is sent one, and must answer by its code. What
 * is not answered is a fault, told to everybody who would be told of a call. @see ecosystem.md 1.3
 */
export class NoticeTests {
  readonly #options: NoticeTestsOptions;

  constructor(options: NoticeTestsOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const {clock, store, log, tests} = this.#options;
    const due = await store.read(db => tests.due(db, clock.wallMs(), AT_ONCE));
    for (const site of due) {
      try {
        await store.transaction(tx => this.#look(tx, site));
      } catch (error) {
        if (error instanceof StoreError && error.code !== 'store/failed') throw error;
        log.error('notice_test.failed', {site, why: errorText(error)});
      }
    }
  }

  nextDue(): Promise<number | undefined> {
    const {store, tests} = this.#options;
    return store.read(db => tests.nextDue(db));
  }

  /** The contacts or the plan of a site are others now: whether and when it is tested follows. */
  async arrange(tx: CloudTransaction, site: SiteRow): Promise<void> {
    const {clock, contacts, tests} = this.#options;
    const isTested = (await contacts.of(tx, site.id)).some(({isTest}) => isTest);
    const wall = clock.wallMs();
    const before = await tests.lock(tx, site.id);
    if (!isTested) {
      if (before) await tests.remove(tx, site.id);
      return;
    }
    const {testMinute} = await contacts.plan(tx, site.id);
    const next = nextAt(wall, testMinute, site.zone);
    if (!before) await tests.add(tx, {...site, site: site.id, dueWall: next, sinceWall: wall});
    else if (before.untilWall === null) await tests.save(tx, {...before, dueWall: next});
  }

  /** A test contact has answered: with the last of them the test is passed; one that came the whole way, with the first. */
  async answered(tx: CloudTransaction, site: string, isPath: boolean): Promise<void> {
    const {clock, tests, changes} = this.#options;
    const test = await tests.lock(tx, site);
    if (test && isPath) {
      await tests.save(tx, {...test, pathWall: clock.wallMs()});
      return;
    }
    if (!test || test.untilWall === null || test.begunWall === null) return;
    if (await tests.isWaiting(tx, test)) return;
    const wall = clock.wallMs();
    const dueWall = await this.#nextOf(tx, test, wall);
    await tests.save(tx, {...test, provedWall: wall, untilWall: null, dueWall});
    const data = {tookMs: wall - test.begunWall};
    const about = {subject: 'site', subjectId: site, data};
    await changes.note(tx, {tenant: test.tenant, site, type: 'notice_test.passed', ...about});
  }

  async #look(tx: CloudTransaction, site: string): Promise<void> {
    const {clock, tests} = this.#options;
    const test = await tests.lock(tx, site);
    const wall = clock.wallMs();
    // The second of two workers finds another time there.
    if (!test || test.dueWall === null || test.dueWall > wall) return;
    if (test.untilWall === null) await this.#begin(tx, test, wall);
    else await this.#miss(tx, test, wall);
  }

  async #begin(tx: CloudTransaction, test: TestRow, wall: number): Promise<void> {
    const {contacts, tests, desk, sites} = this.#options;
    const untilWall = wall + ANSWER_WITHIN_MS;
    await tests.save(tx, {...test, begunWall: wall, untilWall, dueWall: untilWall});
    const row = {id: test.site, tenant: test.tenant};
    const site = (await sites.byId(tx, test.site))?.name ?? test.site;
    const data = {kind: 'test', site, isPath: false} as const;
    for (const contact of await contacts.of(tx, test.site)) {
      if (contact.isTest) await desk.notify(tx, {row, contact, why: 'test', data, call: null});
    }
    if (isPathMissed(test, wall)) await this.#missPath(tx, test, site);
  }

  /** Told each day while it lasts: the notices may arrive, and the buttons not. */
  async #missPath(tx: CloudTransaction, test: TestRow, name: string): Promise<void> {
    const {desk, changes, log} = this.#options;
    const {site, tenant, pathWall} = test;
    const about = {subject: 'site', subjectId: site, data: {provedMs: pathWall}};
    await changes.note(tx, {tenant, site, type: 'notice_test.path_missed', ...about});
    await desk.tellAll(tx, site, 'path_missed', {kind: 'missed', site: name, what: 'path'});
    log.warn('notice_test.path_missed', {site});
  }

  async #miss(tx: CloudTransaction, test: TestRow, wall: number): Promise<void> {
    const {tests, desk, sites, changes, log} = this.#options;
    const {site, tenant} = test;
    const dueWall = await this.#nextOf(tx, test, wall);
    await tests.save(tx, {...test, missedWall: wall, untilWall: null, dueWall});
    const about = {subject: 'site', subjectId: site, data: {begunMs: test.begunWall}};
    await changes.note(tx, {tenant, site, type: 'notice_test.missed', ...about});
    const name = (await sites.byId(tx, site))?.name ?? site;
    await desk.tellAll(tx, site, 'test_missed', {kind: 'missed', site: name, what: 'test'});
    log.warn('notice_test.missed', {site});
  }

  async #nextOf(db: CloudReader, {site}: TestRow, wall: number): Promise<number> {
    const {sites, contacts} = this.#options;
    const zone = (await sites.byId(db, site))?.zone ?? 'UTC';
    return nextAt(wall, (await contacts.plan(db, site)).testMinute, zone);
  }
}

/** No test from a button of the site came the whole way for so long. */
export function isPathMissed({pathWall, sinceWall}: TestRow, wall: number): boolean {
  return wall - (pathWall ?? sinceWall) > PATH_EVERY_MS;
}

/** The next instant at which a clock at the site shows this minute of the day; over an hour from now. */
function nextAt(wall: number, minuteOfDay: number, zone: string): number {
  const clock = new SiteZone(zone);
  const shown = (at: number) => clock.localTime(at as UnixMillis).minuteOfDay;
  const start = Math.ceil((wall + 60 * MINUTE_MS) / MINUTE_MS) * MINUTE_MS;
  let at = start + ((minuteOfDay - shown(start) + 1440) % 1440) * MINUTE_MS;
  // Between the two a clock may have been put forward or back.
  const off = ((minuteOfDay - shown(at) + 720 + 1440) % 1440) - 720;
  if (off !== 0) at += off * MINUTE_MS;
  return at;
}
