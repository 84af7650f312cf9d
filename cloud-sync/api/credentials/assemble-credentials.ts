import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import type {GatewayTable} from '../store/gateway-table.js';
import type {GrantTable} from '../store/grant-table.js';
import type {SecretBox} from '../store/secret-box.js';
import {AuditLog} from '../tenancy/audit-log.js';
import type {CardMasterKeys} from './card-keys.js';
import {CodeMaker, type StretchCode, stretchCode} from './code-maker.js';
import {addCodePlan} from './code-plan-routes.js';
import {CodeTable} from './code-table.js';
import {CredentialMaker} from './credential-maker.js';
import {addCredentials} from './credential-routes.js';
import {CredentialTable} from './credential-table.js';
import {GatewayRows} from './gateway-rows.js';
import {HoldTable} from './hold-table.js';
import {addLostCards} from './lost-card-routes.js';
import {addOwnRights} from './own-right-routes.js';
import {addRights, type Holders} from './right-routes.js';
import {RightSpread} from './right-spread.js';
import {RightTable} from './right-table.js';
import {RightsDesk} from './rights-desk.js';
import {RightsIssuer, type RightsIssuerOptions} from './rights-issuer.js';
import {TokenKeyTable} from './token-key-table.js';
import {TokenKeys} from './token-keys.js';

export interface CredentialsOptions {
  readonly box: SecretBox;
  readonly gateways: GatewayTable;
  readonly grants: GrantTable;
  /** Left out: a real scrypt. */
  readonly stretch?: StretchCode | undefined;
  /** Left out: cards that prove something bring their own secret. */
  readonly cardKeys?: CardMasterKeys | undefined;
  readonly maskOf?: RightsIssuerOptions['maskOf'];
  readonly uses?: RightsIssuerOptions['uses'];
}

/** Rights over several gateways and what is shown for them, put together. */
export interface Credentials {
  readonly issuer: RightsIssuer;
  readonly desk: RightsDesk;
  readonly rights: RightTable;
  readonly credentials: CredentialTable;
  readonly grants: GrantTable;
  readonly codes: CodeTable;
  readonly tokenKeys: TokenKeys;
  readonly tokenKeyTable: TokenKeyTable;
  /** Hourly: end what is over, take away keys whose tokens have ended. */
  chores(): Promise<void>;
}

const AT_ONCE = 200;

type RightsBase = Pick<AreaBase, 'clock' | 'entropy' | 'store' | 'changes' | 'onGateways'>;

/** The routes of these parts. */
export function addCredentialRoutes(
  api: Api,
  base: AreaBase,
  parts: Credentials & {readonly members: Holders},
): void {
  const {clock, entropy, store, writer, sites, changes, presence, onGateways} = base;
  const options = {
    ...{...parts, store, writer, sites, onGateways, audit: new AuditLog(clock, entropy)},
    holds: new HoldTable(),
    isOnline: (gateway: string) => presence.isOnline(gateway),
  };
  addRights(api, options);
  addCodePlan(api, {...options, changes});
  // Before what takes any other word at its place.
  addLostCards(api, {...options, ledger: base.ledger});
  addCredentials(api, options);
  addOwnRights(api, options);
}

export function assembleCredentials(base: RightsBase, options: CredentialsOptions): Credentials {
  const {clock, entropy, store, changes, onGateways} = base;
  const {box, gateways, grants, stretch = stretchCode, cardKeys, maskOf, uses} = options;
  const [rights, credentials, codes] = [
    new RightTable(),
    new CredentialTable(box),
    new CodeTable(),
  ];
  const tokenKeyTable = new TokenKeyTable(box);
  const tokenKeys = new TokenKeys({clock, entropy, keys: tokenKeyTable, gateways, grants});
  const rows = new GatewayRows({clock, gateways, grants});
  const codeMaker = new CodeMaker({entropy, box, codes, stretch});
  const spread = new RightSpread({rights, credentials, rows, codes: codeMaker, tokenKeys, box});
  const maker = new CredentialMaker({
    ...{clock, entropy, box, rights, credentials, codes: codeMaker, tokenKeys, cardKeys},
  });
  const desk = new RightsDesk({
    ...{clock, entropy, rights, credentials, codes, maker, spread, changes},
  });
  const issuer = new RightsIssuer({
    ...{desk, rights, credentials, grants},
    ...{...(uses && {uses}), ...(maskOf && {maskOf})},
  });
  const chores = async () => {
    const overdue = await store.read(db => rights.overdue(db, clock.wallMs(), AT_ONCE));
    for (const {tenant, id} of overdue) {
      const changed = await store.transaction(async tx => {
        const right = await rights.lock(tx, tenant, id);
        const isOver = right !== undefined && right.validUntil <= clock.wallMs();
        return isOver ? desk.setState(tx, right, 'ended') : [];
      });
      onGateways(changed);
    }
    for (const tenant of await store.read(db => tokenKeyTable.tenants(db))) {
      onGateways(await store.transaction(tx => tokenKeys.retire(tx, tenant)));
    }
  };
  return {issuer, desk, rights, credentials, grants, codes, tokenKeys, tokenKeyTable, chores};
}
