import {errorText} from '../../../protocols/base/errors.js';
import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import type {PersonSessions} from '../http/callers.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {AccessDesk} from './access-desk.js';
import {ErasureDesk} from './erasure-desk.js';
import {ErasureTable} from './erasure-table.js';
import {GrantFreeze} from './grant-freeze.js';
import type {HolderRights} from './holder-rights.js';
import {LoginDesk} from './login-desk.js';
import {LoginTable} from './login-table.js';
import {MemberDesk} from './member-desk.js';
import {addMemberRoutes} from './member-routes.js';
import {MemberTable} from './member-table.js';
import {Passwords} from './password.js';
import {addPersonRoutes} from './person-routes.js';
import {PersonVault} from './person-vault.js';
import {addSessionRoutes} from './session-routes.js';
import {SessionTable} from './session-table.js';
import {vaultKeysFrom} from './vault-keys.js';

export interface Accounts {
  readonly members: MemberDesk;
  readonly persons: PersonSessions;
  readonly vault: PersonVault;
  /** Before anything is asked. @throws StoreError `store/vault-key` for keys of another database */
  begin(): Promise<void>;
  addRoutes(api: Api): void;
  /** Hourly: erase what is due, forget ended sessions. */
  chores(): Promise<void>;
}

/** Members, what is personal of them, and how they log in, put together. */
export function assembleAccounts(base: AreaBase, wholeRights: HolderRights): Accounts {
  const {clock, entropy, log, store, sites, changes, writer, onGateways} = base;
  const {signingKey, vaultKeys = vaultKeysFrom(signingKey), passwordCost, firstTenant} = base;
  const {gateways, grants} = base.parts;
  const vault = new PersonVault(vaultKeys, entropy);
  const [members, logins] = [new MemberTable(), new LoginTable()];
  const [sessions, erasures] = [new SessionTable(entropy), new ErasureTable(signingKey)];
  const audit = new AuditLog(clock, entropy);
  const others = new GrantFreeze({gateways, grants, sites, firstTenant});
  const rights = inTurn(wholeRights, others);
  const desk = new MemberDesk({
    ...{clock, entropy, members, vault, audit, changes, sites, logins, sessions, rights},
  });
  const erasing = new ErasureDesk({
    ...{clock, log, store, members, desk, vault, erasures, logins, sessions, rights},
    ...{changes, audit, onGateways},
  });
  const passwords = new Passwords(entropy, passwordCost);
  const login = new LoginDesk({
    ...{clock, entropy, store, members, vault, logins, sessions, passwords, audit},
  });
  const access = new AccessDesk({desk, login, logins, sessions, audit});
  return {
    members: desk,
    persons: login,
    vault,
    begin: () => store.transaction(tx => vault.begin(tx, clock.wallMs())),
    addRoutes: api => {
      addMemberRoutes(api, {store, writer, desk, members, vault, erasures: erasing, onGateways});
      addPersonRoutes(api, {store, desk, audit, erasures});
      const wallMs = () => clock.wallMs();
      addSessionRoutes(api, {store, desk, access, login, logins, sessions, wallMs});
    },
    chores: async () => {
      // What cannot be erased at this moment is tried again in an hour; the other chores go on.
      await erasing.runDue().catch(error => log.error('erasure.failed', {why: errorText(error)}));
      await login.tidy();
    },
  };
}

/** First the rights that lie at several gateways, then those that somebody gave to one by itself. */
function inTurn(first: HolderRights, then: HolderRights): HolderRights {
  return {
    suspendHolder: async (tx, tenant, holder, isSuspended) => {
      const gateways = await first.suspendHolder(tx, tenant, holder, isSuspended);
      const more = await then.suspendHolder(tx, tenant, holder, isSuspended);
      return [...new Set([...gateways, ...more])];
    },
    forgetHolder: async (tx, tenant, holder) => {
      const gateways = await first.forgetHolder(tx, tenant, holder);
      return [...new Set([...gateways, ...(await then.forgetHolder(tx, tenant, holder))])];
    },
  };
}
