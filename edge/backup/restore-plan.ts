import {z} from 'zod';
import {StoreError} from '../../protocols/base/errors.js';
import type {SafeDisk} from '../platform/safe-disk.js';

const PLAN_SUFFIX = '.restore-plan';

const moveSchema = z.object({from: z.string().min(1), to: z.string().min(1)});

export type Move = z.infer<typeof moveSchema>;

const planSchema = z.object({
  v: z.literal(1),
  /** SHA-256 of the backup. */
  backup: z.string(),
  database: z.string(),
  /** What was there, out of the way. */
  aside: z.array(moveSchema),
  /** What was written beside its place, into it. */
  placed: z.array(moveSchema),
});

/** All that a restore has still to do once everything is written and checked: names only. */
export type RestorePlan = z.infer<typeof planSchema>;

function planPath(sitePath: string): string {
  return `${sitePath}${PLAN_SUFFIX}`;
}

/** From here on the restore is completed, whatever comes between; before it nothing has changed. */
export function keepPlan(disk: SafeDisk, sitePath: string, plan: RestorePlan): void {
  const path = planPath(sitePath);
  disk.write(`${path}.tmp`, `${JSON.stringify(plan, null, 2)}\n`);
  disk.move(`${path}.tmp`, path);
}

/**
 * The restore that a power cut left half done; undefined when there is none.
 * @throws StoreError `backup/plan` when it cannot be read: which files belong together is then unknown
 */
export function pendingPlan(disk: SafeDisk, sitePath: string): RestorePlan | undefined {
  const path = planPath(sitePath);
  if (!disk.has(path)) return undefined;
  const file = disk.read(path);
  const plan = planSchema.safeParse(file.kind === 'text' ? parsed(file.text) : undefined);
  if (plan.success) return plan.data;
  const got = file.kind === 'text' ? 'something else' : file.why;
  const text = `${path}: expected the plan of a restore, got ${got}; look which files were put aside, then remove it`;
  throw new StoreError('backup/plan', text, {path});
}

/**
 * Carry out what is left of `plan`. Each move is done once, however often this is begun.
 * @throws StoreError `backup/plan` when a part of it is neither in its place nor beside it
 */
export function carryOut(disk: SafeDisk, sitePath: string, {aside, placed}: RestorePlan): void {
  for (const {from, to} of aside) {
    if (!disk.has(to) && disk.has(from)) disk.move(from, to);
  }
  for (const {from, to} of placed) {
    if (disk.has(from)) disk.move(from, to);
    if (disk.has(to)) continue;
    const text = `${to}: expected by the restore that was interrupted, got no file: restore again`;
    throw new StoreError('backup/plan', text, {to});
  }
  disk.remove(planPath(sitePath));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
