import type {Clock, Entropy} from '../../protocols/base/clock.js';
import {asId, type PersonId} from '../../protocols/site/ids.js';
import type {SiteConfig} from '../config/schema.js';
import type {ConfigActions} from '../page/config-actions.js';
import type {Page} from '../page/page-server.js';
import type {Log} from '../platform/log.js';
import type {LogTap} from '../platform/log-tap.js';
import {stretchCode} from '../platform/stretch.js';
import type {EdgeDaemon} from '../runtime/edge-daemon.js';
import {siteTools} from './site-tools.js';

interface PageParts {
  readonly daemon: EdgeDaemon;
  readonly config: SiteConfig;
  readonly desk: ConfigActions;
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
  return startPage({
    ...config.page,
    ...{clock, log, staff},
    ...{view: daemon.site, actions: daemon.site},
    desk: staffDesk,
    language: config.site.language,
    token: tokens.page,
    config: {desk, token: tokens.config},
    ...(parts.logTap ? {tools: siteTools(daemon, parts.logTap)} : {}),
  });
}
