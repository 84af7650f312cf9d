import type {OnCommand} from './command-book.js';
import type {ChangeFeed} from './tenancy/change-feed.js';

/** Tells followers of a site how a command stands, in the transaction that stored it. */
export function tellingCommands(changes: ChangeFeed): OnCommand {
  return (tx, command) => {
    const {tenant, site, id, point, gateway, kind, state, why, trace} = command;
    return changes.note(tx, {
      ...{tenant, site, type: `command.${state}`, subject: 'command', subjectId: id},
      data: {point, gateway, kind, state, why, traceparent: trace},
    });
  };
}
