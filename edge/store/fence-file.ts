import {z} from 'zod';
import {FENCE_CAUSES} from '../../protocols/cloud/down-messages.js';
import {readFileIfThere, removeFile, writeFileAtomic} from '../platform/atomic-file.js';

const fenceSchema = z.object({
  cause: z.enum(FENCE_CAUSES),
  /** Names the identity that was fenced. */
  credential: z.string(),
});

export type Fence = z.infer<typeof fenceSchema>;

/**
 * That the cloud has fenced this gateway, outside the database: it must outlive a database that is put
 * aside, and must not travel in a backup, which begins a life of its own.
 */
export class FenceFile {
  readonly #path: string;

  constructor(databasePath: string) {
    this.#path = `${databasePath}.fence`;
  }

  read(): Fence | undefined {
    const content = readFileIfThere(this.#path);
    if (content === undefined) return undefined;
    const fence = fenceSchema.safeParse(parsed(Buffer.from(content).toString('utf8')));
    // Written whole or not at all, so anything else was meant to stand too.
    return fence.success ? fence.data : {cause: 'superseded', credential: ''};
  }

  write(fence: Fence): void {
    writeFileAtomic(this.#path, Buffer.from(`${JSON.stringify(fence)}\n`));
  }

  remove(): void {
    removeFile(this.#path);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
