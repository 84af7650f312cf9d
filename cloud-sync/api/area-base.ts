import type {KeyObject} from 'node:crypto';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import type {SyncLog} from '../log.js';
import type {PasswordCost} from './accounts/password.js';
import type {VaultKeys} from './accounts/vault-keys.js';
import type {ShowerTable} from './bath/shower-table.js';
import type {JournalHeads} from './bath/stall-gateways.js';
import type {CallParts} from './calls/call-parts.js';
import type {NoticePorts} from './calls/notice-port.js';
import type {CommandBook} from './command-book.js';
import type {CommandRunner} from './command-runner.js';
import type {CardMasterKeys} from './credentials/card-keys.js';
import type {RightUseTable} from './credentials/right-use-table.js';
import type {RequestLimits} from './http/request-limits.js';
import type {RequestWriter} from './http/write.js';
import type {Ledger} from './ledger/ledger.js';
import type {OrderUseTable} from './orders/order-use-table.js';
import type {PaymentProvider} from './payments/provider-port.js';
import type {Presence} from './places/live-bays.js';
import type {NoticeTable} from './places/notice-table.js';
import type {CloudStore} from './store/cloud-store.js';
import type {GatewayTable} from './store/gateway-table.js';
import type {GrantTable} from './store/grant-table.js';
import type {SecretBox} from './store/secret-box.js';
import type {SiteView} from './store/site-view.js';
import type {ChangeFeed} from './tenancy/change-feed.js';
import type {SiteTable} from './tenancy/site-table.js';

/** What the cloud's gateways have in common with its orders. */
export interface OrderParts {
  readonly gateways: GatewayTable;
  readonly grants: GrantTable;
  readonly orderUses: OrderUseTable;
  readonly rightUses: RightUseTable;
  readonly showers: ShowerTable;
  readonly notices: NoticeTable;
  readonly view: SiteView;
}

/** Commands as the parts towards the gateways know them. */
export interface CommandParts {
  readonly commandBook: CommandBook;
  readonly commands: CommandRunner;
}

export interface AreaOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly sites: SiteTable;
  readonly changes: ChangeFeed;
  /** Seals what a copy of the database must not tell. */
  readonly box: SecretBox;
  /** Ed25519: signs grants, and proofs of erasure. */
  readonly signingKey: KeyObject;
  /** Wrap what is kept of persons; left out, they follow from the signing key. */
  readonly vaultKeys?: VaultKeys | undefined;
  /** Of what the keys of cards are made. */
  readonly cardKeys?: CardMasterKeys | undefined;
  /** Of passwords that are set from now on. */
  readonly passwordCost?: PasswordCost | undefined;
  readonly limits: RequestLimits;
  readonly parts: OrderParts & CommandParts & CallParts;
  /** Which gateways are heard of. */
  readonly presence: Presence;
  /** While it is up this worker hears what gateways say. */
  readonly link: {readonly isUp: boolean};
  /** Carry notices of calls to people; left out, only webhooks tell of them. */
  readonly noticePorts?: NoticePorts | undefined;
  /** Where people reach this cloud: the address that links in notices begin with. */
  readonly publicUrl?: string | undefined;
  /** How far they had come with what they tell. */
  readonly journals: JournalHeads;
  /** Whose the gateways are that serve no site yet. */
  readonly firstTenant: string;
  /** Left out: nobody can pay here. */
  readonly providers?: readonly PaymentProvider[] | undefined;
  /** After a commit: these gateways should hear of it. */
  readonly onGateways: (gateways: readonly string[]) => void;
  /** The same: they have others to show. */
  readonly onNotices: (gateways: readonly string[]) => void;
}

/** What every area builds on. */
export interface AreaBase extends AreaOptions {
  readonly writer: RequestWriter;
  readonly ledger: Ledger;
}
