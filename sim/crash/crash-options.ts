/** What `npm run test:crash -- --states 2000 --seed 7` asks for. The script hands it on. */
export interface CrashOptions {
  /** Crash states of the main run. */
  readonly states: number;
  /** Rounds of kill -9. */
  readonly kills: number;
  readonly seed: number;
  /** A folder that a failed run kept, to be judged again instead of a new recording. */
  readonly replay: string | undefined;
}

const STATES = 200;
const KILLS = 200;

export function crashOptions(env: NodeJS.ProcessEnv = process.env): CrashOptions {
  const number = (name: string, fallback: number) =>
    Number(env[`LATCHKEY_CRASH_${name}`]) || fallback;
  return {
    states: number('STATES', STATES),
    kills: number('KILLS', KILLS),
    seed: number('SEED', 1 + Math.floor(Math.random() * 2 ** 30)),
    replay: env.LATCHKEY_CRASH_REPLAY || undefined,
  };
}
