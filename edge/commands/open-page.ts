import type {Clock, Entropy} from '../../protocols/base/clock.js';
import {asId, type PersonId} from '../../protocols/site/ids.js';
import type {SiteConfig} from '../config/schema.js';
import type {ConfigActions, CopyAnswer} from '../page/config-actions.js';
import type {Page} from '../page/page-server.js';
import type {PageView} from '../page/view.js';
import {PermitDesk} from '../permit/permit-desk.js';
import type {Log} from '../platform/log.js';
import type {LogTap} from '../platform/log-tap.js';
import {stretchCode} from '../platform/stretch.js';
import type {EdgeDaemon} from '../runtime/edge-daemon.js';
import {siteTools} from './site-tools.js';

interface PageParts {
  readonly daemon: EdgeDaemon;
  readonly config: SiteConfig;
  readonly desk: ConfigActions;
  readonly keepCopy: (by: string) => Promise<CopyAnswer>;
  readonly tokens: {readonly page: string; readonly config: string};
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly logTap: LogTap | undefined;
}

/** The staff board of a daemon that runs. @throws LinkError `page/not-listening` */
export async function openPage(parts: PageParts): Promise<Page> {
  const {daemon, config, desk, tokens, clock, entropy, log} = parts;
  // The lines are polled already while the web server is read.
  const {startPage} = await import('../page/page-server.js');
  const {StaffDesk} = await import('../page/staff/staff-desk.js');
  const staff = config.staff.map(({id, ...rest}) => ({...rest, id: asId<PersonId>(id)}));
  const staffDesk = new StaffDesk({
    ...{staff, clock, entropy, stretch: stretchCode},
    ...{store: daemon.store.staff, site: config.site.id},
  });
  if (staff.length > 0 && staffDesk.isUnset) log.notice('page.nobody_can_log_in');
  const permits = new PermitDesk({
    site: daemon.site.testParts(),
    cards: staffDesk,
    isKnown: uid => daemon.store.book.cardByUid(uid) !== undefined,
  });
  const page = await startPage({
    ...config.page,
    ...{clock, log, staff},
    ...{view: withPermit(daemon.site, permits), actions: daemon.site},
    desk: staffDesk,
    language: config.site.language,
    token: tokens.page,
    config: {desk, keepCopy: parts.keepCopy, token: tokens.config},
    ...(parts.logTap ? {tools: siteTools(daemon, parts.logTap, permits)} : {}),
  });
  const close = () => {
    permits.close('stopped');
    return page.close();
  };
  return {url: page.url, close};
}

/** The picture of a site with the window for new cards and devices, and its countdown. */
function withPermit(site: PageView, permits: PermitDesk): PageView {
  return {
    ...(site.calls ? {calls: site.calls} : {}),
    state: () => {
      const {open} = permits.shown();
      const permit = open && {...open.target, by: open.by, endsMs: open.endsMs};
      return {...site.state(), permit};
    },
    onChange: listener => {
      const leave = [site.onChange(listener), permits.onChange(listener)];
      return () => {
        for (const one of leave) one();
      };
    },
  };
}
