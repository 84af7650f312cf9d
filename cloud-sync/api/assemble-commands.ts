import type {AreaBase, CommandParts} from './area-base.js';
import {CommandDesk} from './command-desk.js';
import type {Api} from './http/api.js';
import {addCommandRoutes} from './http/command-routes.js';
import {AuditLog} from './tenancy/audit-log.js';

/** Orders from afar behind the interface. */
export function assembleCommands(
  {clock, entropy, store, writer, sites, limits, parts}: AreaBase,
  {commandBook: book, commands}: CommandParts,
): {addRoutes(api: Api): void} {
  const audit = new AuditLog(clock, entropy);
  const {gateways} = parts;
  const desk = new CommandDesk({clock, entropy, sites, gateways, book, audit});
  const onOrdered = () => commands.wake();
  return {addRoutes: api => addCommandRoutes(api, {store, writer, desk, limits, onOrdered})};
}
