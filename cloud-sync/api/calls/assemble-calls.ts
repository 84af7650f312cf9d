import type {Millis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import {MemberTable} from '../accounts/member-table.js';
import type {PersonVault} from '../accounts/person-vault.js';
import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import {RateLimit} from '../http/rate-limit.js';
import {DueRunner} from '../orders/due-runner.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {AnswerCodes} from './answer-codes.js';
import {addAnswers} from './answer-routes.js';
import {CallDesk} from './call-desk.js';
import {CallNoticeTable} from './call-notice-table.js';
import {addCalls} from './call-routes.js';
import {CallTable} from './call-table.js';
import {CallWatch} from './call-watch.js';
import {ContactDesk} from './contact-desk.js';
import {addContacts} from './contact-routes.js';
import {ContactTable} from './contact-table.js';
import {NoticeSender} from './notice-sender.js';
import {NoticeTests} from './notice-tests.js';
import {SilenceWatch} from './silence-watch.js';
import {SilentTable} from './silent-table.js';
import {TestTable} from './test-table.js';

export interface Calls {
  addRoutes(api: Api): void;
  start(): void;
  stop(): Promise<void>;
  /** Hourly. */
  chores(): Promise<void>;
}

/** Of one address: who guesses a code has a chance of one in 10^15. */
const ANSWER_RATE = {burst: 20, perSecond: 0.2};
const NOTICES_KEPT_MS: Millis = 400 * DAY_MS;

/** Calls at sites: whom they are told, until somebody takes them. */
export function assembleCalls(base: AreaBase, vault: PersonVault): Calls {
  const {clock, entropy, log, store, writer, sites, changes, box, presence, parts} = base;
  const {callIntake, callTeller} = parts;
  const [calls, contacts, notices] = [new CallTable(), new ContactTable(), new CallNoticeTable()];
  const [members, table] = [new MemberTable(), new TestTable()];
  const codes = new AnswerCodes(box);
  const audit = new AuditLog(clock, entropy);
  const wakeSender = () => runner.wake(clock.wallMs());
  const desk = new CallDesk({
    ...{clock, entropy, sites, calls, contacts, notices, codes, changes, onNotice: wakeSender},
  });
  const answerUrl = base.publicUrl && new URL('/a/', base.publicUrl).href;
  const sender = new NoticeSender({
    ...{clock, log, store, notices, contacts, vault, desk, codes, changes, answerUrl},
    ports: base.noticePorts ?? {},
  });
  const runner = new DueRunner({
    ...{name: 'cloud.notices', clock, log, isShared: store.isShared},
    runDue: () => sender.run(),
    nextDue: () => sender.nextDue(),
  });
  const tests = new NoticeTests({
    ...{clock, log, store, sites, contacts, tests: table, desk, changes},
  });
  const silence = new SilenceWatch({
    ...{clock, log, store, sites, calls, silent: new SilentTable(), desk, changes, presence},
    isListening: () => base.link.isUp,
  });
  const watch = new CallWatch({
    ...{clock, log, store, calls, desk, silence, tests},
    tell: (gateway, said) => callTeller.tell(gateway, said),
  });
  const wake = () => watch.wake();
  callIntake.listen(wake);
  const contactDesk = new ContactDesk({
    ...{clock, entropy, sites, members, contacts, calls, tests, changes, audit},
  });
  return {
    addRoutes: api => {
      const shared = {clock, store, writer, contacts, members, calls, notices, audit};
      addCalls(api, {...shared, sites, desk, onTaken: wake});
      addContacts(api, {...shared, desk: contactDesk, tests: table, onChanged: wake});
      const limit = new RateLimit(clock, ANSWER_RATE);
      addAnswers(api, {...shared, codes, desk, tests, limit, onTaken: wake});
    },
    start: () => {
      watch.start();
      runner.start();
    },
    stop: async () => {
      await watch.stop();
      await runner.stop();
    },
    chores: () => store.transaction(tx => notices.prune(tx, clock.wallMs() - NOTICES_KEPT_MS)),
  };
}
