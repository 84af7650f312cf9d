type Settled<Asked extends readonly unknown[]> = {
  -readonly [At in keyof Asked]: Awaited<Asked[At]>;
};

/**
 * Like `Promise.all`, but nothing is under way any more when it throws: what still asked a transaction could
 * otherwise reach the connection after its end. Throws the first in order.
 */
export async function allSettled<const Asked extends readonly unknown[]>(
  asked: Asked,
): Promise<Settled<Asked>> {
  const ends = await Promise.allSettled(asked);
  const failed = ends.find(end => end.status === 'rejected');
  if (failed) throw failed.reason;
  return ends.map(end => (end as PromiseFulfilledResult<unknown>).value) as Settled<Asked>;
}
