import test from 'ava';
import type {SiteFact} from '../../protocols/site/events.js';
import {asId} from '../../protocols/site/ids.js';
import type {StoredOutcome} from '../store/command-log.js';
import {type RemoteOrder, RemoteOrders, type RemoteOrdersOptions} from './remote-orders.js';

test('water is not turned on from afar: the command is claimed, refused, answered and journalled, once', t => {
  const seen = new Map<string, StoredOutcome | undefined>();
  const facts: SiteFact[] = [];
  const options = {
    commands: {
      claim: (id: string) => {
        if (seen.has(id)) return {kind: 'dup', outcome: seen.get(id)};
        seen.set(id, undefined);
        return {kind: 'claimed'};
      },
      settle: (id: string, outcome: StoredOutcome) => void seen.set(id, outcome),
    },
    tell: () => t.fail('nothing came of it'),
    ordersOf: () => undefined,
    desk: {order: () => t.fail('nothing moves')},
    stampNow: () => ({nowMs: 1, wallMs: 1, clk: 'ok'}),
    append: (added: readonly SiteFact[]) => void facts.push(...added),
  } as unknown as RemoteOrdersOptions;
  const orders = new RemoteOrders(options);
  const order: RemoteOrder = {id: asId('c-1'), kind: 'valve', bay: asId('W-1'), by: 'wang'};
  const answers: StoredOutcome[] = [];
  const begun = () => t.fail('nothing begins');
  t.is(orders.accept(order, outcome => answers.push(outcome), begun).kind, 'claimed');
  t.is(orders.accept(order, outcome => answers.push(outcome), begun).kind, 'dup');
  t.deepEqual(answers, [{kind: 'refused', why: 'NOT_FROM_AFAR'}]);
  t.deepEqual(facts, [
    {kind: 'command', body: {command: 'c-1', result: 'refused', why: 'NOT_FROM_AFAR'}},
  ] as never);
});
