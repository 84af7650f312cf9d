export interface ErrandsOptions<Order> {
  /** Two orders as one: `later` came while `earlier` waited. */
  readonly merge: (earlier: Order, later: Order) => Order;
  readonly run: (gateway: string, order: Order) => Promise<void>;
  readonly onError: (gateway: string, error: unknown) => void;
}

interface Errand<Order> {
  done: Promise<void>;
  next: {readonly order: Order} | undefined;
}

/**
 * Work for gateways: for each one after the other, one in hand and at most one waiting, into which goes
 * whatever comes meanwhile. So a gateway that reports faster than the database answers costs no memory.
 */
export class Errands<Order> {
  readonly #options: ErrandsOptions<Order>;
  readonly #running = new Map<string, Errand<Order>>();

  constructor(options: ErrandsOptions<Order>) {
    this.#options = options;
  }

  add(gateway: string, order: Order): void {
    const errand = this.#running.get(gateway);
    if (!errand) {
      this.#start(gateway, order);
      return;
    }
    const {merge} = this.#options;
    errand.next = {order: errand.next ? merge(errand.next.order, order) : order};
  }

  /** Settles when nothing is being done any more. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({done}) => done));
  }

  #start(gateway: string, first: Order): void {
    const errand: Errand<Order> = {done: Promise.resolve(), next: {order: first}};
    this.#running.set(gateway, errand);
    errand.done = this.#work(gateway, errand);
  }

  async #work(gateway: string, errand: Errand<Order>): Promise<void> {
    const {run, onError} = this.#options;
    while (errand.next) {
      const {order} = errand.next;
      errand.next = undefined;
      try {
        await run(gateway, order);
      } catch (error) {
        onError(gateway, error);
      }
    }
    this.#running.delete(gateway);
  }
}
