import {createPrivateKey} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import {encodeToken} from '../../protocols/credential/qr-token.js';
import type {TokenBody} from '../../protocols/credential/token-body.js';
import {RFC8032_TEST_1} from '../../protocols/credential/vectors.js';
import {asId} from '../../protocols/site/ids.js';
import {CodeReader} from '../devices/code-reader.js';
import {World, type WorldOptions} from '../world.js';
import type {IssuedCard} from './card-office.js';
import {cloudOf} from './lot-on-platform.js';

const LOCK = {travelMs: 1000, pollMs: 2000};
/** In the order of their numbers. */
export const BAYS = ['A-001', 'A-002', 'B-003'] as const;
const ISSUER = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${RFC8032_TEST_1.seed}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});
const PLACE = {site: 'lot-1', gateway: 'lot-1'};

const scanner = (id: string) => ({
  ...{id, kind: 'code-scanner', family: 'gm65'},
  link: {kind: 'serial', path: id},
});
const recogniser = (no: 1 | 2, bays: readonly string[], bayNumbers: readonly number[]) => ({
  ...{id: `C${no}`, profile: 'parkLease', bays, ...LOCK},
  more: {ownDevices: [scanner(`S-${no}`)], codes: [`S-${no}`], bayNumbers},
});

interface Agreement {
  readonly id: string;
  readonly lease: string;
  readonly textSha256: string;
}

/**
 * A row of two recognisers without cards beside a collector of cards, in one daemon. `database` of a cloud that
 * lets the bays for lease; left out, the site stands alone and its tokens are signed here.
 */
export class LeasedRow {
  readonly world: World;
  readonly #scanners: ReadonlyMap<number, CodeReader>;

  private constructor(world: World, scanners: ReadonlyMap<number, CodeReader>) {
    this.world = world;
    this.#scanners = scanners;
  }

  static async open(
    t: ExecutionContext,
    {database, ...more}: Partial<WorldOptions> & {readonly database?: string} = {},
  ): Promise<LeasedRow> {
    const scanners = new Map<number, CodeReader>();
    const world = await World.start({
      collectors: [
        recogniser(1, BAYS.slice(0, 2), [1, 2]),
        recogniser(2, BAYS.slice(2), [3]),
        {id: 'C3', bays: ['C-004'], ...LOCK},
      ],
      ...(database === undefined
        ? {tokenKeys: [{kid: 1, publicKey: RFC8032_TEST_1.publicKey}]}
        : {cloud: {database}}),
      equip: built => {
        for (const no of [1, 2]) {
          scanners.set(no, new CodeReader({clock: built.clock, farEnd: built.end(`S-${no}`)}));
        }
      },
      ...more,
    });
    t.teardown(async () => {
      for (const one of scanners.values()) one.close();
      await world.close();
    });
    await world.advance(8000);
    return new LeasedRow(world, scanners);
  }

  /** Show a code; past the time in which one and the same is one showing. Gives what came of it. */
  async scan(no: 1 | 2, text: string): Promise<string> {
    await this.world.advance(4000);
    this.#scanners.get(no)?.show(text);
    await this.world.advance(1000);
    return this.verdict;
  }

  /** One and the same shown twice within a second, or only in part. */
  get scanner(): CodeReader {
    const one = this.#scanners.get(1);
    if (!one) throw new Error('a row with scanners');
    return one;
  }

  /** Reason of the newest decision; `ALLOW` when it was one. */
  get verdict(): string {
    const last = this.world.events('decision').at(-1)?.body;
    return last?.reason ?? last?.result ?? 'none';
  }

  /** Let a car drive in where the arm lies flat, until the sensor is sure. */
  async driveIn(bay: string) {
    const {world} = this;
    await world.until(() => world.site.lock(bay).arm === 'down', 10_000);
    const car = world.car();
    await world.clock.settle(car.enter(world.site.bay(bay)));
    await world.advance(5000);
    return car;
  }

  /** A token of this site's own issuer. */
  token(body: Partial<TokenBody> = {}, place = PLACE): string {
    const nowSeconds = Math.floor(this.world.clock.wallMs() / 1000);
    return encodeToken(
      {
        ...{keyNumber: 1, isOneUse: false, isRotating: false, grant: '900'},
        ...{doors: {kind: 'point', number: 1} as const},
        ...{fromSeconds: nowSeconds - 60, untilSeconds: nowSeconds + 3600, ...body},
      },
      place,
      ISSUER,
    );
  }

  /** A lease that the gateway knows, as the cloud would have sent it; `number`: of its tokens. */
  leased(number: string, bays: readonly string[]) {
    const {office} = this.world;
    const holder = {credential: {holder: asId(`tenant-${number}`), id: asId(`none-${number}`)}};
    const right = {kind: 'lease', number, credentials: []} as const;
    return office.give(holder as unknown as IssuedCard, bays, right);
  }

  /** How often an arm was ordered, in the order of the bays. */
  frames(command: 'raise' | 'lower', bays: readonly string[] = BAYS): readonly number[] {
    return bays.map(bay => this.world.site.commandTimes(bay, command).length);
  }

  /** Both agree on a lease at the cloud; gives its order, and the QR code as the tenant's phone has it. */
  async agree(holder: string, point: string, hours: {fromMs: number; untilMs: number}) {
    const cloud = cloudOf(this.world);
    const {clock} = this.world;
    const post = async <Body>(path: string, body: object): Promise<Body> =>
      (await clock.settle(cloud.ask<Body>('POST', path, body))).body;
    const wish = {site: 'lot-1', point, holder, ...hours};
    const {id, lease, textSha256} = await post<Agreement>('/v1/agreements', wish);
    for (const side of ['tenant', 'lender']) {
      await post(`/v1/agreements/${id}/consent`, {side, textSha256});
    }
    await this.world.advance(2000);
    const {grants} = await cloud.get<{grants: {id: string}[]}>(`/v1/grants?order=${lease}`);
    return {lease, qr: () => this.#tokenOf(grants[0]?.id ?? '')};
  }

  async #tokenOf(grant: string): Promise<string> {
    const cloud = cloudOf(this.world);
    const path = `/v1/grants/${grant}/credentials`;
    type Shown = {readonly id: string; readonly kind: string; readonly state: string};
    const {credentials} = await cloud.get<{credentials: Shown[]}>(path);
    const qr = credentials.find(({kind, state}) => kind === 'qr' && state === 'active');
    return (await cloud.get<{text: string}>(`/v1/credentials/${qr?.id}/token`)).text;
  }
}
