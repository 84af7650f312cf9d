import {numberIn} from '../../../protocols/site/ids.js';
import type {CloudTransaction} from '../store/cloud-schema.js';

/**
 * The same reports under the ids of their grants. A gateway that had not heard of a grant tells of its stay by
 * the number in the token: without this nobody would hear of its beginning, and nobody be charged for its overtime.
 */
export async function underOwnGrants<
  Report extends {readonly gateway: string; readonly grant: string},
>(tx: CloudTransaction, reports: readonly Report[]): Promise<readonly Report[]> {
  const found: Report[] = [];
  for (const report of reports) {
    const number = numberIn(report.grant);
    const grant = number === undefined ? undefined : await grantOf(tx, report.gateway, number);
    found.push(grant === undefined ? report : {...report, grant});
  }
  return found;
}

/** Numbers are one site's; undefined: no right of its site has it. */
async function grantOf(
  tx: CloudTransaction,
  gateway: string,
  number: string,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom('access_grant as right')
    .innerJoin('site_gateway as served', 'served.site', 'right.site')
    .select('right.id as id')
    .where('served.gw', '=', gateway)
    .where('right.number', '=', number)
    .executeTakeFirst();
  return row?.id;
}
