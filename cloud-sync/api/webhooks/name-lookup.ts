import type {LookupAddress} from 'node:dns';
import {Resolver} from 'node:dns/promises';
import type {LookupFunction} from 'node:net';
import type {Millis} from '../../../protocols/base/clock.js';
import {SECOND_MS} from '../../../protocols/base/units.js';

export interface NameLookupOptions {
  /** `address:port`; left out: those of the system. */
  readonly servers?: readonly string[];
  /** For one try. */
  readonly timeoutMs?: Millis;
}

const TRIES = 2;

/**
 * What a name leads to, asked of name servers over sockets. The system's own way holds one of four threads
 * for as long as a name server says nothing, and on those threads passwords and codes are made: a tenant
 * with a dead name server would hold up everybody's.
 */
export function nameLookup({servers, timeoutMs = 3 * SECOND_MS}: NameLookupOptions = {}) {
  const resolver = new Resolver({timeout: timeoutMs, tries: TRIES});
  if (servers) resolver.setServers(servers);
  const lookup: LookupFunction = (host, options, done) => {
    const asked = [resolver.resolve4(host), resolver.resolve6(host)];
    void Promise.allSettled(asked).then(answers => {
      const found = answers.flatMap((answer, at): LookupAddress[] =>
        answer.status === 'rejected'
          ? []
          : answer.value.map(address => ({address, family: at === 0 ? 4 : 6})),
      );
      const [first] = found;
      const [four] = answers;
      if (!first) done(four?.status === 'rejected' ? four.reason : new Error('no address'), '');
      else if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
  return lookup;
}
