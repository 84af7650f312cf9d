import {useCallback, useEffect, useRef, useState} from 'preact/hooks';
import {useApp} from './app-context.js';
import type {Answer, CloudClient, Problem} from './ask.js';
import {every, freshKey} from './platform.js';

/** What a view has asked for. Old data stay while they are asked for anew. */
export interface Asked<Data> {
  readonly data: Data | undefined;
  readonly problem: Problem | undefined;
  again(): void;
}

/** Ask when `wanted` changes, and then every `everyMs`. Each view is of one thing, so what is old is of it. */
export function useAsked<Data>(
  ask: (client: CloudClient) => Promise<Answer<Data>>,
  wanted: readonly unknown[],
  everyMs?: number,
): Asked<Data> {
  const {client, heard} = useApp();
  const [held, setHeld] = useState<Pick<Asked<Data>, 'data' | 'problem'>>(NOTHING);
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound(count => count + 1), []);
  useEffect(() => {
    let isOver = false;
    const run = async () => {
      const answer = heard(await ask(client));
      if (isOver) return;
      setHeld(({data}) =>
        answer.ok ? {data: answer.data, problem: undefined} : {data, problem: answer.problem},
      );
    };
    void run();
    const stop = everyMs === undefined ? undefined : every(everyMs, () => void run());
    return () => {
      isOver = true;
      stop?.();
    };
  }, [client, round, ...wanted]);
  return {...held, again};
}

const NOTHING = {data: undefined, problem: undefined};

/** Something that a person does: at most one at a time, under one Idempotency-Key until it is done. */
export interface Doing<Input> {
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
  run(input: Input): void;
}

export function useDoing<Input, Data>(
  work: (client: CloudClient, input: Input, key: string) => Promise<Answer<Data>>,
  done: (data: Data) => void,
): Doing<Input> {
  const {client, heard} = useApp();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  const intent = useRef({key: '', input: ''});
  const run = async (input: Input) => {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    // The same wish after a lost answer is the same request; another wish is another one.
    const text = JSON.stringify(input);
    if (intent.current.input !== text || intent.current.key === '') {
      intent.current = {key: freshKey(), input: text};
    }
    const answer = heard(await work(client, input, intent.current.key));
    if (answer.ok || answer.problem.code !== 'offline') intent.current = {key: '', input: ''};
    setBusy(false);
    if (answer.ok) done(answer.data);
    else setProblem(answer.problem);
  };
  return {isBusy, problem, run: input => void run(input)};
}
