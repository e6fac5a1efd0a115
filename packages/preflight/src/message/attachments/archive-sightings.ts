import { listed } from '../../findings/shown.ts'
import { checkFileName } from './file-names.ts'
import type { Place } from './place.ts'
import type { FileSighting } from './sighting.ts'

/** What the name of a file in an archive gives away. */
export function named(name: string): FileSighting[] {
  return checkFileName(name).map(({ code, evidence }) => ({ code, evidence: `${name}: ${evidence}` }))
}

export function asArchive(
  format: string,
  names: readonly string[],
  { depth }: Pick<Place, 'depth'>,
): FileSighting {
  if (depth > 0) return nested(format)
  return {
    code: 'attachment-archive',
    evidence: names.length === 0 ? format : `${format} with ${listed(names)}`,
  }
}

export function nested(format: string): FileSighting {
  return { code: 'attachment-nested-archive', evidence: `a ${format} within an archive` }
}

export function notInspected(evidence: string): FileSighting {
  return { code: 'attachment-not-inspected', evidence }
}
