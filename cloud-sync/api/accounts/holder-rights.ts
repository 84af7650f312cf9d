import type {CloudTransaction} from '../store/cloud-schema.js';

/** Where the rights of members lie. */
export interface HolderRights {
  /**
   * Take all rights of a holder out of force, or give back what this took; gives the gateways to push
   * after the commit.
   */
  suspendHolder(
    tx: CloudTransaction,
    tenant: string,
    holder: string,
    isSuspended: boolean,
  ): Promise<readonly string[]>;

  /** Take out of all his rights, also those that are over, what tells of the person; gives as above. */
  forgetHolder(tx: CloudTransaction, tenant: string, holder: string): Promise<readonly string[]>;
}
