import type {GatewayPast, Life} from '../identity/life-line.js';
import type {CloudReader, CloudTransaction} from './cloud-schema.js';

/** Lives beyond these are forgotten: whoever takes turns does it now. */
const KEPT_LIVES = 16;

/** What gateways' hellos told of their lives. */
export class LifeTable {
  /** Of at most 500 gateways. */
  async past(
    db: CloudReader,
    gateways: readonly string[],
  ): Promise<ReadonlyMap<string, GatewayPast>> {
    const [epochs, lives] = [
      await db
        .selectFrom('epoch')
        .select(['gw', 'epoch', 'no'])
        .where('gw', 'in', gateways)
        .execute(),
      await db
        .selectFrom('life')
        .select(['gw', 'boot', 'sid', 'mono', 'no', 'returns'])
        .where('gw', 'in', gateways)
        .execute(),
    ];
    const past = gateways.map(gateway => {
      const ofGateway = ({gw}: {readonly gw: string}) => gw === gateway;
      return [gateway, {epochs: epochs.filter(ofGateway), lives: lives.filter(ofGateway)}] as const;
    });
    return new Map(past);
  }

  async put(
    tx: CloudTransaction,
    gateway: string,
    {boot, sid, mono, no, returns}: Life,
    wallMs: number,
  ): Promise<void> {
    const said = {sid, mono, no, returns, heard_wall: wallMs};
    await tx
      .insertInto('life')
      .values({gw: gateway, boot, ...said})
      .onConflict(clash => clash.columns(['gw', 'boot']).doUpdateSet(said))
      .execute();
    if (no % KEPT_LIVES !== 0) return;
    await tx
      .deleteFrom('life')
      .where('gw', '=', gateway)
      .where('no', '<=', no - KEPT_LIVES)
      .execute();
  }

  /** The gateway begins anew. */
  async forget(tx: CloudTransaction, gateway: string): Promise<void> {
    await tx.deleteFrom('life').where('gw', '=', gateway).execute();
  }
}
