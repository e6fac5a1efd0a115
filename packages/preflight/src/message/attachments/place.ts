import type { Budget } from './budget.ts'
import type { FileKind } from './file-kind.ts'
import type { FileSighting } from './sighting.ts'

/** Where an archive was found, and what may be spent on it. */
export interface Place {
  /** 0: the attachment itself; 1: within another archive. What lies deeper is not opened. */
  depth: number
  budget: Budget
  /** Looks into an archive that is found in one. */
  open: (kind: FileKind, detail: string, bytes: Buffer, place: Place) => Promise<FileSighting[]>
}
